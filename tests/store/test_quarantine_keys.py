"""Failures are counted by key; what is held is found by key, in order, for its tenant alone."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from core.errors import GuardMissed
from core.event_keys import EventKey
from core.ids import new_id
from core.model import Run
from core.platform_events import PlatformEvent
from core.quarantine import KeyFailure, QuarantineFilter
from core.states import RunStatus
from core.writes import ListQuery
from engine.transitions import Transitions
from store import SqlStore
from store.quarantine import LONGEST_ERROR
from tests.support.builders import NOW, make_event
from tests.support.lanes import KEY, end_of, held_key, keyed, release, stored, take

ANY = QuarantineFilter()


def failure(key: EventKey = KEY, run_id: str = "run", at: int = NOW) -> KeyFailure:
    return KeyFailure(new_id(), key, run_id, "the partner answered 500", at)


def fail_all(store: SqlStore, count: int, limit: int = 3, **changes: object) -> list[Run]:
    """Runs that fail one after another."""
    runs = stored(store, *(keyed(**changes) for _ in range(count)))
    for _ in runs:
        [taken] = take(store)
        store.commit(end_of(store, taken, RunStatus.FAILED, limit))
    return runs


def told(store: SqlStore) -> list[str]:
    return [event.type for event in store.platform_events.waiting(10)]


def hold(store: SqlStore, one: KeyFailure, limit: int) -> None:
    event = PlatformEvent(new_id(), "acme", "quarantine.held", 1, NOW, {"key": one.key.key})
    quarantine = store.quarantine
    store.commit([quarantine.failed(one, limit), quarantine.tell_of_hold(event, one)])


def test_a_key_is_held_from_the_nth_failure_on(store: SqlStore) -> None:
    for number in range(1, 5):
        store.commit([store.quarantine.failed(failure(run_id=f"run-{number}", at=NOW + number), 3)])
        assert store.quarantine.count("acme", 10) == (1 if number >= 3 else 0)

    held = held_key(store)
    assert (held.failures, held.failing_since, held.held_at) == (4, NOW + 1, NOW + 3)
    assert (held.run_id, held.error, held.held) == ("run-4", "the partner answered 500", 0)
    assert store.quarantine.get("acme", held.id) == held
    assert store.quarantine.get("globex", held.id) is None
    assert store.quarantine.count("globex", 10) == 0


def test_a_success_forgets_failures_but_holds_nothing_back(store: SqlStore) -> None:
    store.commit([store.quarantine.failed(failure(), 2), store.quarantine.succeeded(KEY)])
    store.commit([store.quarantine.failed(failure(), 2)])
    assert store.quarantine.count("acme", 10) == 0

    store.commit([store.quarantine.failed(failure(), 2)])
    store.commit([store.quarantine.succeeded(KEY)])
    assert store.quarantine.count("acme", 10) == 1


def test_however_many_fail_at_once_the_hold_is_told_once(store: SqlStore) -> None:
    start = threading.Barrier(8)

    def fail(number: int) -> None:
        start.wait()
        hold(store, failure(run_id=f"run-{number}"), 5)

    failing = [threading.Thread(target=fail, args=[number]) for number in range(8)]
    for one in failing:
        one.start()
    for one in failing:
        one.join()

    assert told(store) == ["quarantine.held"]
    assert held_key(store).failures == 8


def test_a_failure_below_the_limit_is_not_told(store: SqlStore) -> None:
    hold(store, failure(run_id="first"), 2)
    assert told(store) == []
    hold(store, failure(run_id="second"), 2)
    hold(store, failure(run_id="third"), 2)
    assert told(store) == ["quarantine.held"]


def test_a_key_is_released_once_by_whoever_comes_first(store: SqlStore) -> None:
    store.commit([store.quarantine.failed(failure(), 1)])
    held = held_key(store)

    store.commit([store.quarantine.remove(held)])

    assert store.quarantine.count("acme", 10) == 0
    with pytest.raises(GuardMissed):
        store.commit([store.quarantine.remove(held)])


def test_keys_are_listed_by_automation_key_and_page(store: SqlStore) -> None:
    keys = [EventKey("acme", f"auto-{number % 2}", f"C-{number}/ü?") for number in range(5)]
    for key in keys:
        store.commit([store.quarantine.failed(failure(key), 1)])
    store.commit([store.quarantine.failed(failure(replace(keys[0], tenant="globex")), 1)])

    def found(which: QuarantineFilter, query: ListQuery) -> list[EventKey]:
        return [one.key for one in store.quarantine.list("acme", which, query).items]

    assert found(ANY, ListQuery()) == keys[::-1]
    assert found(QuarantineFilter("auto-1"), ListQuery()) == [keys[3], keys[1]]
    assert found(QuarantineFilter(key=keys[2].key), ListQuery()) == [keys[2]]
    first = store.quarantine.list("acme", ANY, ListQuery(limit=3))
    assert found(ANY, ListQuery(first.next, 3)) == [keys[1], keys[0]]
    assert store.quarantine.count("acme", 3) == 3


def test_held_runs_are_found_in_order_by_page_and_key(store: SqlStore) -> None:
    fail_all(store, 1, limit=1)
    runs = stored(store, *(keyed() for _ in range(5)))
    store.commit([store.quarantine.failed(failure(EventKey("acme", "orders", "C-2")), 1)])
    other = stored(store, keyed("C-2"))

    page = store.quarantine.held_runs(KEY, ListQuery(limit=3))
    rest = store.quarantine.held_runs(KEY, ListQuery(page.next, 3))

    assert [run.id for run in (*page.items, *rest.items)] == [run.id for run in runs]
    assert rest.next is None
    assert held_key(store).held == 5
    both = store.quarantine.first_held([KEY, EventKey("acme", "orders", "C-2")], 2)
    assert [run.id for run in both[KEY]] == [run.id for run in runs[:2]]
    assert [run.id for found in both.values() for run in found][2:] == [other[0].id]
    assert store.quarantine.first_held([], 2) == {}


def test_failed_runs_are_those_in_a_row_that_nobody_replayed(store: SqlStore) -> None:
    [_] = fail_all(store, 1)
    [good] = stored(store, keyed())
    [taken] = take(store)
    store.commit(end_of(store, taken))
    assert good.id == taken.id
    later = NOW + 1
    runs = stored(store, *(keyed() for _ in range(3)))
    for run in runs:
        [taken] = take(store)
        transitions = Transitions(store.runs)
        move = transitions.finish(taken, RunStatus.HALTED, None, "no", later)
        count = store.quarantine.failed(failure(run_id=run.id, at=later), 3)
        store.commit([move, count, store.runs.pass_on(KEY, later)])
    held = held_key(store)
    store.commit([store.runs.insert(keyed(replay_of=runs[1].id))])

    failed = store.quarantine.failed_runs(held, 10)

    assert [run.id for run in failed] == [runs[0].id, runs[2].id]
    assert len(store.quarantine.failed_runs(held, 1)) == 1


def test_what_is_released_is_no_longer_held(store: SqlStore) -> None:
    fail_all(store, 1, limit=1)
    stored(store, keyed())
    store.commit(release(store))

    assert store.quarantine.list("acme", ANY, ListQuery()).items == ()
    assert store.quarantine.held_runs(KEY, ListQuery()).items == ()


def test_a_long_error_is_cut(store: SqlStore) -> None:
    one = replace(failure(), error="x" * 10_000)
    store.commit([store.quarantine.failed(one, 1)])

    assert held_key(store).error == "x" * LONGEST_ERROR


def test_several_events_are_read_at_once(store: SqlStore) -> None:
    events = [make_event(), make_event(replaces="another"), make_event(tenant="globex")]
    store.commit([store.events.insert(event) for event in events])

    ids = [event.id for event in events]
    assert store.events.some("acme", [*ids, "nothing"]) == {event.id: event for event in events[:2]}
