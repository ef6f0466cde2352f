"""What is committed together stays together, and nobody's fault is another's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import GuardMissed, StorageUnavailable
from core.states import RunStatus
from core.store import Write
from store import Cipher, SqlStore, open_store
from tests.support.builders import NOW, make_event, make_run, make_step_run


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
        def execute(self, *_: object) -> int:
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        store.commit([Write(Broken(), {})])

    store.commit([store.runs.insert(make_run())])
