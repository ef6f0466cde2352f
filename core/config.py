"""The configuration of an installation, read from the environment (design, section 9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting. `allow_private` lists CIDRs as they were written."""

    host: str = "127.0.0.1"
    port: int = 8080
    data_dir: Path = Path("data")
    database_url: str | None = None
    redis_url: str | None = None
    secret_key: str | None = None
    bootstrap_api_key: str | None = None
    allow_private: str = ""

    @property
    def database_file(self) -> Path:
        """The database in the data folder, which is used when no other is named."""
        return self.data_dir.absolute() / "penstock.db"

    @property
    def sqlite_url(self) -> str:
        """The URL of the database in the data folder."""
        return f"sqlite:///{self.database_file}"


SHORTEST_KEY = 16


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
    )


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise ConfigError(f"PENSTOCK_PORT: {text!r} is not a port; use a number from 1 to 65535")
    return int(text)


def _long_enough(name: str, environment: Mapping[str, str]) -> str | None:
    value = environment.get(name) or None
    if value is not None and len(value) < SHORTEST_KEY:
        raise ConfigError(f"{name} is too short; use at least {SHORTEST_KEY} characters")
    return value
