"""Databases with every table, made once and copied: the migrations would take longer than tests.

Stories of the first start of an installation begin with an empty one instead, whose tables the
server makes (tests/commands/test_command_run.py, tests/demo, tests/modes).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from bench.services.postgres import PostgresServer
from store import Cipher, open_store

_CIPHER = Cipher(b"a key of the tests")
FILE = "penstock.db"


def sqlite_database(folder: Path) -> str:
    """The URL of a new SQLite database in a folder, under the name that servers look for."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_bytes(_sqlite_template())
    return f"sqlite:///{folder / FILE}"


def with_tables(data_dir: Path) -> None:
    """Spares a server that starts over this folder the migrations; a database there stays."""
    if not (data_dir / FILE).exists():
        sqlite_database(data_dir)


def postgres_database(server: PostgresServer) -> str:
    """The URL of a new database of a server."""
    return server.new_database(_postgres_template(server))


@dataclass(frozen=True, slots=True)
class _Lent:
    """A database, and what empties it."""

    url: str
    connection: psycopg.Connection[Any]


class LentDatabases:
    """Databases of a server that tests have one after another, each time with nothing in them.

    To copy the hundreds of files of one takes longer than most tests, and so does to delete them.
    """

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._free: list[_Lent] = []
        self._connections = ExitStack()

    @contextmanager
    def lend(self) -> Iterator[str]:
        """The URL of a database that nobody else has for now."""
        lent = self._free.pop() if self._free else self._new()
        yield lent.url
        if not _others(lent.connection):
            lent.connection.execute(_EMPTY)
            self._free.append(lent)

    def close(self) -> None:
        """Ends the connections to all of them."""
        self._connections.close()

    def _new(self) -> _Lent:
        url = postgres_database(self._server)
        connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        return _Lent(url, self._connections.enter_context(connection))


def _others(connection: psycopg.Connection[Any]) -> bool:
    """Whether a test left connections, through which somebody may still write."""
    row = connection.execute(_COUNT_OTHERS).fetchone()
    return row is None or row[0] > 0


_COUNT_OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_EMPTY = """
    DO $$
    DECLARE name text;
    BEGIN
        FOR name IN SELECT tablename FROM pg_tables
            WHERE schemaname = 'public' AND tablename <> 'alembic_version'
        LOOP
            EXECUTE format('DELETE FROM %I', name);
        END LOOP;
        PERFORM setval(sequencename::regclass, start_value, false) FROM pg_sequences;
    END $$
"""


@cache
def _sqlite_template() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / FILE
        open_store(f"sqlite:///{file}", _CIPHER).close()
        return file.read_bytes()


@cache
def _postgres_template(server: PostgresServer) -> str:
    url = server.new_database()
    open_store(url, _CIPHER).close()
    return url
