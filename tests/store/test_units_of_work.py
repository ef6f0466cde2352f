"""What is committed together stays together, and nobody's fault is another's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import GuardMissed, StorageUnavailable, UnstorableError
from core.states import RunStatus
from core.writes import Write
from store import Cipher, SqlStore, open_store
from store.prepared import DriverCall, Stage
from tests.support.builders import (
    NOW,
    make_event,
    make_request_entry,
    make_run,
    make_step_run,
)
from tests.support.postgres import PostgresServer


def test_a_unit_of_work_is_kept_whole(store: SqlStore) -> None:
    event = make_event()
    run = make_run(event)

    store.commit([store.events.insert(event), store.runs.insert(run)])

    assert store.events.get("acme", event.id) == event
    assert store.runs.get("acme", run.id) == run


def test_a_missed_guard_takes_the_whole_unit_with_it(store: SqlStore) -> None:
    run = make_run()
    store.commit([store.runs.insert(run)])
    event = make_event()
    stale = store.runs.move(run, [RunStatus.RUNNING], RunStatus.SUCCEEDED, {})

    with pytest.raises(GuardMissed):
        store.commit([store.events.insert(event), stale])

    assert store.events.get("acme", event.id) is None
    assert store.runs.get("acme", run.id) == run


def test_of_fifty_equal_keys_at_once_one_is_taken(store: SqlStore) -> None:
    events = [make_event() for _ in range(50)]

    def remember(event: object) -> bool:
        try:
            store.commit([store.events.remember_key(event, "k", "hash", NOW + 1000)])
        except GuardMissed:
            return False
        return True

    with ThreadPoolExecutor(50) as threads:
        taken = list(threads.map(remember, events))

    assert sum(taken) == 1
    winner = events[taken.index(True)]
    assert store.events.known_key("acme", "orders", "k", NOW) == (winner.id, "hash")


def test_an_expired_key_is_taken_again(store: SqlStore) -> None:
    first, second = make_event(), make_event(received_at=NOW + 1001)
    store.commit([store.events.remember_key(first, "k", "one", NOW + 1000)])

    store.commit([store.events.remember_key(second, "k", "two", NOW + 2000)])

    assert store.events.known_key("acme", "orders", "k", NOW + 1500) == (second.id, "two")


def test_a_unit_that_cannot_be_stored_harms_no_other(store: SqlStore) -> None:
    good = [make_run() for _ in range(20)]
    bad = make_run(token=2**70)

    def insert(run: object) -> str:
        try:
            store.commit([store.runs.insert(run)])
        except StorageUnavailable:
            return "refused"
        return "kept"

    with ThreadPoolExecutor(21) as threads:
        results = list(threads.map(insert, [*good[:10], bad, *good[10:]]))

    assert results.count("refused") == 1
    assert results[10] == "refused"
    assert all(store.runs.get("acme", run.id) for run in good)


def test_what_was_committed_is_there_after_opening_again(database_url: str) -> None:
    cipher = Cipher(b"a key of the tests")
    store = open_store(database_url, cipher)
    event, run = make_event(), make_run()
    store.commit([store.events.insert(event), store.runs.insert(run)])
    store.commit_later([store.runs.keep_step(run, make_step_run())])
    store.close()

    again = open_store(database_url, cipher)

    assert again.events.get("acme", event.id) == event
    assert again.runs.journal("acme", run.id) == [make_step_run()]
    again.close()


def test_a_closed_store_says_so(sqlite_url: str) -> None:
    store = open_store(sqlite_url, Cipher(b"a key of the tests"))
    store.close()

    with pytest.raises(StorageUnavailable):
        store.commit([store.runs.insert(make_run())])


def test_an_error_in_work_reaches_its_maker_and_not_the_writer(store: SqlStore) -> None:
    class Broken:
        stage, turns = Stage.CHANGE, None

        def calls(self, *_: object) -> Sequence[DriverCall]:
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        store.commit([Write(Broken(), {})])

    store.commit([store.runs.insert(make_run())])


def test_an_answer_finds_the_request_it_is_stored_with(sqlite_url: str) -> None:
    """Units that share a commit are gathered by statement; an update still comes after the row."""
    store = open_store(sqlite_url, Cipher(b"a key of the tests"))
    waits, go_on = threading.Event(), threading.Event()
    entry = make_request_entry(direction="in", status=None)
    answer = store.requests.answer("acme", entry.id, 200, {}, b"{}", 1)
    other = store.requests.answer("acme", "another", 200, {}, b"{}", 1)
    store.commit_later([Write(_Statement(lambda: (waits.set(), go_on.wait(20))), {})])
    assert waits.wait(20)

    store.commit_later([other])
    store.commit_later([store.requests.insert(entry), answer])
    go_on.set()
    store.close()

    again = open_store(sqlite_url, Cipher(b"a key of the tests"))
    kept = again.requests.get("acme", entry.id)
    again.close()
    assert kept is not None
    assert kept.status == 200


def test_a_fault_in_a_shared_commit_ends_no_writer(sqlite_url: str) -> None:
    store = open_store(sqlite_url, Cipher(b"a key of the tests"))
    waits, go_on = threading.Event(), threading.Event()
    run = make_run()

    def break_down() -> None:
        raise RuntimeError("broken")

    store.commit_later([Write(_Statement(lambda: (waits.set(), go_on.wait(20))), {})])
    assert waits.wait(20)
    store.commit_later([Write(_Statement(break_down), {})])
    store.commit_later([store.runs.insert(run)])
    go_on.set()
    store.close()

    again = open_store(sqlite_url, Cipher(b"a key of the tests"))
    assert again.runs.get("acme", run.id) == run
    again.close()


def test_text_that_no_database_takes_is_unstorable(store: SqlStore) -> None:
    with pytest.raises(UnstorableError):
        store.commit([store.runs.insert(make_run(error="\ud800"))])


def test_a_broken_connection_is_a_store_that_is_away(postgres: PostgresServer) -> None:
    store = open_store(postgres.new_database(), Cipher(b"a key of the tests"))
    run = make_run()

    with pytest.raises(StorageUnavailable):
        store.commit([store.runs.insert(run), Write(_CutOff(), {})])

    store.commit([store.runs.insert(run)])
    store.close()


class _Statement:
    """Stands where a prepared statement does, and does something else."""

    stage, turns = Stage.CHANGE, None

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work

    def calls(self, *_: object) -> Sequence[DriverCall]:
        self._work()
        return [("SELECT 1", [()])]


class _CutOff:
    """Ends its own connection from the server's side."""

    stage, turns = Stage.CHANGE, None

    def calls(self, *_: object) -> Sequence[DriverCall]:
        return [("SELECT pg_terminate_backend(pg_backend_pid())", [()])]
