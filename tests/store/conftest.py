"""One suite, run against every database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from store import Cipher, SqlStore, open_store
from tests.support.postgres import PostgresServer


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
