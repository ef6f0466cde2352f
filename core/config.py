"""The configuration of an installation, read from the environment (design, section 9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from core.clock import Milliseconds
from core.duration import parse_duration
from core.errors import ConfigError
from core.networks import IPNetwork, parse_networks


class Assets(StrEnum):
    """Where browsers get htmx from: its CDN, or this installation alone."""

    CDN = "cdn"
    LOCAL = "local"


class LogFormat(StrEnum):
    """How the log is written: lines for people, or a JSON object a line."""

    TEXT = "text"
    JSON = "json"


class TraceExport(StrEnum):
    """Whether traces of runs are sent to a collector."""

    OFF = "off"
    OTLP = "otlp"
    WHERE_POSSIBLE = "where possible"
    """The environment of the process names a collector, which need not be meant for Penstock."""


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting. `allow_private` lists CIDRs as they were written.

    `public_url` is where others reach the installation, without a `/` at its end.
    `processes` is how many working processes of this machine share the port and the work.
    `ready_lag` is how old the oldest due run may be for a worker to be ready; None: however old.
    `trusted_proxies` are those whose word on the caller's address and on the URL is taken.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    data_dir: Path = Path("data")
    database_url: str | None = None
    redis_url: str | None = None
    secret_key: str | None = None
    bootstrap_api_key: str | None = None
    allow_private: str = ""
    public_url: str | None = None
    trusted_proxies: tuple[IPNetwork, ...] = ()
    assets: Assets = Assets.CDN
    ready_lag: Milliseconds | None = 60_000
    processes: int = 1
    log_format: LogFormat = LogFormat.TEXT
    traces: TraceExport = TraceExport.OFF

    @property
    def database_file(self) -> Path:
        """The database in the data folder, which is used when no other is named."""
        return self.data_dir.absolute() / "penstock.db"

    @property
    def site_url(self) -> str:
        """Where others reach the installation, as far as this tells; without a `/` at its end."""
        if self.public_url is not None:
            return self.public_url
        try:
            address = ip_address(self.host)
        except ValueError:
            return f"http://{self.host}:{self.port}"
        if address.is_unspecified:
            return f"http://localhost:{self.port}"
        host = f"[{address}]" if address.version == 6 else str(address)
        return f"http://{host}:{self.port}"

    @property
    def sqlite_url(self) -> str:
        """The URL of the database in the data folder."""
        return f"sqlite:///{self.database_file}"


SHORTEST_KEY = 16
MOST_PROCESSES = 64
_COLLECTORS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


def read_config(environment: Mapping[str, str]) -> Config:
    """The configuration an environment asks for. Raises ConfigError with one clear line."""
    config = Config()
    return Config(
        host=environment.get("PENSTOCK_HOST") or config.host,
        port=_port(environment.get("PENSTOCK_PORT") or str(config.port)),
        data_dir=Path(environment.get("PENSTOCK_DATA_DIR") or config.data_dir),
        database_url=environment.get("PENSTOCK_DATABASE_URL") or None,
        redis_url=environment.get("PENSTOCK_REDIS_URL") or None,
        secret_key=_long_enough("PENSTOCK_SECRET_KEY", environment),
        bootstrap_api_key=_long_enough("PENSTOCK_BOOTSTRAP_API_KEY", environment),
        allow_private=environment.get("PENSTOCK_ALLOW_PRIVATE", ""),
        public_url=_public_url(environment.get("PENSTOCK_PUBLIC_URL") or None),
        trusted_proxies=_networks("PENSTOCK_TRUSTED_PROXIES", environment),
        assets=_assets(environment.get("PENSTOCK_ASSETS") or config.assets),
        ready_lag=_lag(environment.get("PENSTOCK_READY_LAG") or "60s"),
        processes=_processes(environment.get("PENSTOCK_PROCESSES") or str(config.processes)),
        log_format=_log_format(environment.get("PENSTOCK_LOG_FORMAT") or config.log_format),
        traces=_traces(environment),
    )


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise ConfigError(f"PENSTOCK_PORT: {text!r} is not a port; use a number from 1 to 65535")
    return int(text)


def _processes(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= MOST_PROCESSES:
        raise ConfigError(
            f"PENSTOCK_PROCESSES: {text!r} cannot be used; use a number from 1 to {MOST_PROCESSES}"
        )
    return int(text)


def _public_url(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        known = False
    extra = not known or parts.path not in ("", "/") or parts.query or parts.fragment or "@" in text
    if extra or not text.isascii() or not text.isprintable() or " " in text:
        raise ConfigError(
            f"PENSTOCK_PUBLIC_URL: {text!r} cannot be used; it reads like "
            "https://penstock.example.com, without a path"
        )
    return f"{parts.scheme}://{parts.netloc}"


def _networks(name: str, environment: Mapping[str, str]) -> tuple[IPNetwork, ...]:
    return parse_networks(environment.get(name, ""), name)


def _assets(text: str) -> Assets:
    try:
        return Assets(text)
    except ValueError:
        raise ConfigError(f"PENSTOCK_ASSETS: {text!r} is unknown; use cdn or local") from None


def _log_format(text: str) -> LogFormat:
    try:
        return LogFormat(text)
    except ValueError:
        raise ConfigError(f"PENSTOCK_LOG_FORMAT: {text!r} is unknown; use text or json") from None


def _traces(environment: Mapping[str, str]) -> TraceExport:
    text = environment.get("PENSTOCK_TRACES") or None
    if text not in (None, "off", "otlp"):
        raise ConfigError(f"PENSTOCK_TRACES: {text!r} is unknown; use otlp or off")
    if text == "off" or environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return TraceExport.OFF
    if text == "otlp":
        return TraceExport.OTLP
    named = any(environment.get(name) for name in _COLLECTORS)
    elsewhere = environment.get("OTEL_TRACES_EXPORTER") not in (None, "", "otlp")
    return TraceExport.WHERE_POSSIBLE if named and not elsewhere else TraceExport.OFF


def _lag(text: str) -> Milliseconds | None:
    if text == "off":
        return None
    try:
        return parse_duration(text)
    except ValueError:
        raise ConfigError(
            f"PENSTOCK_READY_LAG: {text!r} cannot be used; it reads like 60s or 5m, or off"
        ) from None


def _long_enough(name: str, environment: Mapping[str, str]) -> str | None:
    value = environment.get(name) or None
    if value is not None and len(value) < SHORTEST_KEY:
        raise ConfigError(f"{name} is too short; use at least {SHORTEST_KEY} characters")
    return value
