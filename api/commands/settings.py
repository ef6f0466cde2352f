"""The settings of the environment as flags of the same name."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping

from core.config import Config, read_config

STORE_FLAGS = {
    "data-dir": "folder of the database and the key file (default: ./data)",
    "database-url": "sqlite:///FILE or postgresql+psycopg://... (default: SQLite in the folder)",
    "secret-key": "what secrets are encrypted under; better in the environment, where no "
    "list of processes shows it (default: a key file in the folder)",
}
LINK_FLAGS = {
    "public-url": "where others reach the server: https://penstock.example.com",
    "host": "address to listen at (default: 127.0.0.1)",
    "port": "port to listen at (default: 8080)",
}
SERVER_FLAGS = {
    **LINK_FLAGS,
    **STORE_FLAGS,
    "redis-url": "redis://HOST, for `penstock web` and `penstock worker`; `run` needs no Redis",
    "bootstrap-api-key": "an admin key of tenant `default` that is made when it is missing",
    "trusted-proxies": "proxies whose X-Forwarded-… headers are believed, as CIDRs (default: none)",
    "assets": "where browsers get htmx from: `cdn` (default), or `local`, from this server alone",
    "traces": "`otlp`: traces of runs go to the collector of OTEL_EXPORTER_OTLP_ENDPOINT; or `off`",
    "log-format": "`text` (default), or `json`: one object a line",
    "processes": "working processes that share the port and the work (default: 1)",
    "ready-lag": "age of the oldest due run at which a worker is not ready, or off (default: 60s)",
    "allow-private": "private networks that may be called, as CIDRs: 10.0.0.0/8,192.168.1.0/24",
}


def add_flags(parser: ArgumentParser, flags: Mapping[str, str] = STORE_FLAGS) -> None:
    """Adds settings to a command. A flag wins over the environment."""
    group = parser.add_argument_group("settings", "each also as PENSTOCK_… in the environment")
    for name, words in flags.items():
        group.add_argument(f"--{name}", metavar="…", help=words, dest=_variable(name))


def configuration(arguments: Namespace, environment: Mapping[str, str]) -> Config:
    """The configuration a command was given. Raises ConfigError with one clear line."""
    flags = {
        name: value
        for name, value in vars(arguments).items()
        if name.startswith("PENSTOCK_") and value is not None
    }
    return read_config({**environment, **flags})


def _variable(flag: str) -> str:
    return f"PENSTOCK_{flag.upper().replace('-', '_')}"
