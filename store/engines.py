"""How a database is reached and used: the engine that its URL asks for, and what it is told."""

from __future__ import annotations

import select
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError

from core.errors import ConfigError

READERS = 16
"""Connections kept for reading."""

PRAGMAS = (
    "auto_vacuum=INCREMENTAL",
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=10000",
    "foreign_keys=ON",
    "journal_size_limit=67108864",
    "temp_store=MEMORY",
)
"""How SQLite is used. WAL lets readers read while one writes; FULL puts each commit on disk
(sqlite.org/wal). Whether room can be given back is settled before a database has its first table,
or by VACUUM."""

_REACH = {
    "connect_timeout": 10,
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 15_000,
}
"""What libpq is told (postgresql.org/docs/current/libpq-connect.html) unless the URL says it.

Where a network is cut nobody says so: left alone, the system would wait two hours for an answer,
and a quarter of an hour for the word that something arrived. Within 15 s it is known, so that
callers are told and a lease, of 20 s, is not held by somebody who only waits.
"""


_OPTIONS = " ".join(
    f"-c {setting}"
    for setting in (
        "synchronous_commit=on",
        "timezone=UTC",
        "tcp_keepalives_idle=5",
        "tcp_keepalives_interval=5",
        "tcp_keepalives_count=2",
        "tcp_user_timeout=15000",
        "idle_in_transaction_session_timeout=15000",
    )
)
"""What the server is told (postgresql.org/docs/current/runtime-config-connection.html).

Whoever is cut off in mid-transaction holds its locks, and with them the runs that others would take
up, until the server finds out. By itself it would look after two hours, and never where a proxy
keeps the connection. No transaction of ours rests so long but those that say so (MAY_REST).
"""

MAY_REST = text("SET LOCAL idle_in_transaction_session_timeout = 0")
"""Said in a transaction of PostgreSQL's that waits for other work: of a lock, of a copy."""


def make_engine(url: str) -> Engine:
    """An engine that has reached nothing yet. Raises ConfigError for a URL that cannot be used."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigError(f"PENSTOCK_DATABASE_URL: {url!r} is not a database URL") from None
    if parsed.get_backend_name() == "sqlite":
        return _make_sqlite(url, parsed.database)
    if parsed.drivername != "postgresql+psycopg":
        raise ConfigError(
            f"PENSTOCK_DATABASE_URL: {parsed.drivername!r} is not supported; "
            "use sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"
        )
    engine = create_engine(
        parsed,
        pool_size=READERS,
        max_overflow=READERS,
        connect_args={
            **{name: value for name, value in _REACH.items() if name not in parsed.query},
            "options": _OPTIONS,
        },
    )
    event.listen(engine, "checkout", _refuse_broken)
    return engine


def _refuse_broken(connection: Any, _record: Any, _proxy: Any) -> None:
    """Has the pool make another connection where the server has ended this one.

    It says so as it goes, and says nothing else unasked: a look costs next to nothing, where a
    question (`pool_pre_ping`) is a way to the server and back for each use.
    """
    if connection.closed or _has_something_to_read(connection.fileno()):
        raise DisconnectionError("the server has ended the connection")


def _has_something_to_read(file: int) -> bool:
    look = select.poll()
    look.register(file, select.POLLIN)
    return bool(look.poll(0))


def _make_sqlite(url: str, file: str | None) -> Engine:
    if not file or file == ":memory:":
        raise ConfigError("PENSTOCK_DATABASE_URL: SQLite needs a file, as in sqlite:///penstock.db")
    if not Path(file).parent.is_dir():
        raise ConfigError(f"PENSTOCK_DATABASE_URL: the folder of {file} does not exist")
    engine = create_engine(
        url, pool_size=READERS, max_overflow=0, connect_args={"check_same_thread": False}
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
