"""One suite, run against every database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store import Cipher, SqlStore, open_store
from tests.support.databases import postgres_database, sqlite_database
from tests.support.postgres import PostgresServer, running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'penstock.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with every table."""
    if request.param == "sqlite":
        return sqlite_database(request.getfixturevalue("tmp_path"))
    return postgres_database(request.getfixturevalue("postgres"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    opened = open_store(database_url, Cipher(b"a key of the tests"), writer_apart=True)
    yield opened
    opened.close()
