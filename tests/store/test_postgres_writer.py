"""Few ways to PostgreSQL and back: what is left out of them is missed by nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from core.errors import GuardMissed, StorageUnavailable
from core.states import RunStatus
from core.writes import Write
from store import Cipher, SqlStore, open_store
from store.prepared import DriverCall, Stage
from tests.store.test_exclusion import break_connections
from tests.support.builders import make_event, make_run
from tests.support.databases import postgres_database
from tests.support.postgres import PostgresServer


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    return postgres_database(postgres)


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    opened = open_store(url, Cipher(b"a key of the tests"))
    yield opened
    opened.close()


class Failing:
    """A statement that PostgreSQL cannot execute, after all others of its commit."""

    stage, turns = Stage.PASS_ON, None

    def calls(self, *_: object) -> Sequence[DriverCall]:
        return [("SELECT 1 / 0", [()])]


def test_connections_that_the_server_ended_are_replaced_and_nobody_is_told(
    store: SqlStore, url: str
) -> None:
    event, run = make_event(), make_run()
    store.commit([store.events.insert(event)])

    break_connections(url)
    assert store.events.get("acme", event.id) == event
    break_connections(url)
    store.commit([store.runs.insert(run)])
    break_connections(url)
    store.commit([store.runs.insert(other := make_run()), store.events.insert(make_event())])

    assert {store.runs.get("acme", one.id) for one in (run, other)} == {run, other}


def test_one_statement_alone_is_on_disk_when_its_commit_returns(store: SqlStore, url: str) -> None:
    event = make_event()
    store.commit([store.events.insert(event)])

    elsewhere = open_store(url, Cipher(b"a key of the tests"))
    assert elsewhere.events.get("acme", event.id) == event
    elsewhere.close()


def test_a_missed_guard_is_told_and_not_what_it_would_have_prevented(store: SqlStore) -> None:
    run = make_run()
    stale = store.runs.move(run, [RunStatus.RUNNING], RunStatus.SUCCEEDED, {})

    with pytest.raises(GuardMissed):
        store.commit([store.runs.insert(run), stale, Write(Failing(), {})])
    with pytest.raises(StorageUnavailable, match="division by zero"):
        store.commit([store.runs.insert(run), Write(Failing(), {})])

    assert store.runs.get("acme", run.id) is None


def test_after_what_failed_the_connection_is_as_it_was(store: SqlStore) -> None:
    event, run = make_event(), make_run()
    store.commit([store.events.insert(event)])
    with pytest.raises(StorageUnavailable):
        store.commit([store.events.insert(event)])

    with pytest.raises(StorageUnavailable):
        store.commit([store.runs.insert(run), Write(Failing(), {})])
    store.commit([store.runs.insert(run), store.events.insert(make_event())])

    assert store.runs.get("acme", run.id) == run
    assert store.connections == 0
