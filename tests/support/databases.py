"""Databases with every table, made once and copied: the migrations would take longer than tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.services.postgres import PostgresServer
from store import Cipher, open_store

_CIPHER = Cipher(b"a key of the tests")
FILE = "penstock.db"


def sqlite_database(folder: Path) -> str:
    """The URL of a new SQLite database in a folder, under the name that servers look for."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_bytes(_sqlite_template())
    return f"sqlite:///{folder / FILE}"


def postgres_database(server: PostgresServer) -> str:
    """The URL of a new database of a server."""
    return server.new_database(_postgres_template(server))


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
