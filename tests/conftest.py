"""What holds for every test, and the databases that tests of several rooms have.

Here a process of the tests has one PostgreSQL; a room that took these from another would start its
own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.databases import LentDatabases, sqlite_database
from tests.support.postgres import PostgresServer, running_postgres

# No test depends on how fast a machine is.
settings.register_profile("penstock", deadline=None)
settings.load_profile("penstock")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def lent_databases(postgres: PostgresServer) -> Iterator[LentDatabases]:
    with closing(LentDatabases(postgres)) as opened:
        yield opened


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'penstock.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database with every table."""
    if request.param == "sqlite":
        yield sqlite_database(request.getfixturevalue("tmp_path"))
    else:
        databases: LentDatabases = request.getfixturevalue("lent_databases")
        with databases.lend() as url:
            yield url
