"""What one process at a time may do, when the connection that says so breaks."""

from __future__ import annotations

from contextlib import suppress
from typing import NoReturn

import psycopg
import pytest

from core.errors import StorageUnavailable
from store import Cipher, SqlStore, engines, open_store
from store.database import Database
from store.exclusion import exclusively
from tests.support.postgres import PostgresServer
from tests.support.waiting import eventually


def break_connections(url: str) -> None:
    """What a restart of the database does to everybody's connections."""
    end = (
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(end)


@pytest.fixture
def shared_url(postgres: PostgresServer) -> str:
    return postgres.new_database()


@pytest.fixture
def shared(shared_url: str):
    store = open_store(shared_url, Cipher(b"a key of the tests"))
    yield store
    store.close()


def test_a_lock_whose_connection_breaks_is_free_for_the_next(
    shared: SqlStore, shared_url: str
) -> None:
    with shared.exclusively("sweep") as alone:
        assert alone
        break_connections(shared_url)

    assert shared.connections == 0
    with shared.exclusively("sweep") as alone:
        assert alone


def test_work_that_finds_the_database_gone_says_so_and_nothing_else(
    shared: SqlStore, shared_url: str
) -> None:
    def work() -> NoReturn:
        break_connections(shared_url)
        raise StorageUnavailable("the database did not do it")

    with pytest.raises(StorageUnavailable), shared.exclusively("sweep"):
        work()

    assert shared.connections == 0


def test_the_lock_is_one_at_a_time(shared: SqlStore) -> None:
    with suppress(ZeroDivisionError), shared.exclusively("sweep") as first:
        with shared.exclusively("sweep") as second, shared.exclusively("relay") as other:
            assert (first, second, other) == (True, False, True)
        raise ZeroDivisionError

    with shared.exclusively("sweep") as alone:
        assert alone


def test_a_lock_outlives_the_time_after_which_other_transactions_are_ended(
    shared_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_OPTIONS", "-c idle_in_transaction_session_timeout=100")
    one, other = Database(shared_url), Database(shared_url)
    with exclusively(one, "sweep") as alone:
        assert alone
        resting = one.connect()
        resting.cursor().execute("SELECT 1")
        file = resting.driver_connection.fileno()
        eventually(lambda: engines._has_something_to_read(file))

        with exclusively(other, "sweep") as second:
            assert not second

    resting.invalidate()
    one.close()
    other.close()
