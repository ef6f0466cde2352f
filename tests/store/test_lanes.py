"""Runs of one key are taken up one after another, in the order in which they were stored."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from core.errors import GuardMissed, UnstorableError
from core.event_keys import EventKey
from core.states import RunStatus
from core.writes import Write
from engine.transitions import Transitions
from store import Cipher, SqlStore, open_store
from store.prepared import DriverCall, Stage
from tests.support.builders import NOW, make_run
from tests.support.lanes import (
    KEY,
    as_stored,
    end_of,
    keyed,
    release,
    standing,
    stored,
    take,
)

C_2 = EventKey("acme", "orders", "C-2")


def cancel(store: SqlStore, run_id: str) -> None:
    run = store.runs.get("acme", run_id)
    assert run is not None
    move = Transitions(store.runs).cancel(run, "cancelled", NOW)
    store.commit([move, store.runs.pass_on(KEY, NOW)])


def test_of_a_key_the_first_is_due_and_the_others_line_up(store: SqlStore) -> None:
    first, second, third = stored(store, keyed(), keyed(), keyed())
    others = stored(store, keyed("C-2"), keyed(None), keyed(automation_id="other"))

    assert standing(store, first, second, third) == ["due", "lined up", "lined up"]
    assert standing(store, *others) == ["due", "due", "due"]
    assert first.position is not None
    assert second.position is not None
    assert third.position is not None
    assert first.position < second.position < third.position
    assert take(store, 10) and take(store) == []


def test_with_each_end_the_next_is_due(store: SqlStore) -> None:
    runs = stored(store, *(keyed() for _ in range(4)))

    for number in range(4):
        [taken] = take(store)
        assert taken.id == runs[number].id
        assert standing(store, *runs[number + 1 :]) == ["lined up"] * (3 - number)
        store.commit(end_of(store, taken))

    assert standing(store, *runs) == ["succeeded"] * 4


def test_a_run_that_waits_keeps_its_turn(store: SqlStore) -> None:
    first, second = stored(store, keyed(), keyed())
    [taken] = take(store)
    store.commit([Transitions(store.runs).park(taken, NOW + 3_600_000, NOW)])
    [third] = stored(store, keyed())

    store.commit([store.runs.pass_on(KEY, NOW)])

    assert standing(store, first, second, third) == ["waiting", "lined up", "lined up"]


def test_a_cancelled_run_lets_the_next_one_pass(store: SqlStore) -> None:
    first, second, third = stored(store, keyed(), keyed(), keyed())

    cancel(store, second.id)
    assert standing(store, first, second, third) == ["due", "cancelled", "lined up"]
    cancel(store, first.id)
    assert standing(store, first, second, third) == ["cancelled", "cancelled", "due"]


def test_the_time_limit_of_a_run_counts_from_its_turn(store: SqlStore) -> None:
    first, second = stored(store, keyed(), keyed())
    day = 86_400_000

    move = Transitions(store.runs).cancel(first, "cancelled", NOW)
    store.commit([move, store.runs.pass_on(KEY, NOW + 2 * day)])

    assert as_stored(store, first).deadline == NOW + day
    assert as_stored(store, second).deadline == NOW + 3 * day


def test_a_replay_can_take_the_place_of_what_it_repeats(store: SqlStore) -> None:
    first, second = stored(store, keyed(), keyed())
    [taken] = take(store)
    [again] = stored(store, keyed(position=first.position, replay_of=first.id))

    store.commit(end_of(store, taken))

    assert standing(store, again, second) == ["due", "lined up"]


def test_an_idle_line_is_found_and_set_going(store: SqlStore) -> None:
    first, second = stored(store, keyed(), keyed())
    assert Transitions(store.runs).heal(NOW) == 0
    # An end that passes nothing on: what must not be, yet is healed.
    store.commit([Transitions(store.runs).cancel(first, "cancelled", NOW)])

    assert Transitions(store.runs).heal(NOW) == 1

    assert standing(store, second) == ["due"]
    assert Transitions(store.runs).heal(NOW) == 0


def test_the_database_itself_lets_only_one_of_a_key_have_its_turn(store: SqlStore) -> None:
    stored(store, keyed())
    with pytest.raises(UnstorableError):
        store.commit([store.runs.insert(keyed(status=RunStatus.RUNNING))])


def test_of_many_at_once_exactly_one_is_due(store: SqlStore) -> None:
    runs = [keyed() for _ in range(24)]
    start = threading.Barrier(8)

    def insert(number: int) -> None:
        start.wait()
        for run in runs[number::8]:
            store.commit([store.runs.insert(run)])

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(insert, range(8)))

    kept = [as_stored(store, run) for run in runs]
    assert len({run.position for run in kept}) == 24
    due = [run for run in kept if run.due_at is not None]
    assert [run.position for run in due] == [min(run.position or 0 for run in kept)]


def test_what_comes_as_the_last_one_ends_is_taken_up(store: SqlStore) -> None:
    """An insert against an end: whoever is first, nobody waits for what is over."""
    for number in range(20):
        key = f"race-{number}"
        stored(store, keyed(key))
        [taken] = take(store)
        coming, start = keyed(key), threading.Barrier(2)

        def end(taken=taken, start=start) -> None:
            start.wait()
            store.commit(end_of(store, taken))

        ending = threading.Thread(target=end)
        ending.start()
        start.wait()
        store.commit([store.runs.insert(coming)])
        ending.join()

        assert standing(store, coming) == ["due"]
        [taken] = take(store)
        store.commit(end_of(store, taken))


def test_two_ends_at_once_pass_on_to_one(store: SqlStore) -> None:
    """One run ends while another of its key is cancelled: the line goes on, and one at a time."""
    for number in range(20):
        lane = EventKey("acme", "orders", f"race-{number}")
        first, second, third, fourth = stored(store, *(keyed(lane.key) for _ in range(4)))
        [taken] = take(store)
        start = threading.Barrier(2)

        def cancel_the_next(second=second, start=start, lane=lane) -> None:
            move = Transitions(store.runs).cancel(second, "cancelled", NOW)
            start.wait()
            store.commit([move, store.runs.pass_on(lane, NOW)])

        cancelling = threading.Thread(target=cancel_the_next)
        cancelling.start()
        start.wait()
        store.commit(end_of(store, taken))
        cancelling.join()

        words = standing(store, first, second, third, fourth)
        assert words == ["succeeded", "cancelled", "due", "lined up"]
        for run in (third, fourth):
            [taken] = take(store)
            assert taken.id == run.id
            store.commit(end_of(store, taken))


def test_a_key_that_fails_too_often_is_held_with_what_waits_behind(store: SqlStore) -> None:
    runs = stored(store, *(keyed() for _ in range(5)))
    [other] = stored(store, keyed("C-2"))
    for _ in range(3):
        taken = next(run for run in take(store) if run.order_key == "C-1")
        store.commit(end_of(store, taken, RunStatus.FAILED))
    [late] = stored(store, keyed())

    assert standing(store, *runs, late) == ["failed"] * 3 + ["held"] * 3
    assert standing(store, other) == ["running"]
    assert take(store) == []
    assert as_stored(store, late).position == max(
        as_stored(store, run).position or 0 for run in (*runs, late, other)
    )


def test_a_success_between_failures_makes_them_count_anew(store: SqlStore) -> None:
    runs = stored(store, *(keyed() for _ in range(6)))
    ends = [RunStatus.FAILED, RunStatus.HALTED, RunStatus.SUCCEEDED, RunStatus.FAILED]
    for end in [*ends, RunStatus.CANCELLED, RunStatus.FAILED]:
        [taken] = take(store)
        store.commit(end_of(store, taken, end))

    assert standing(store, *runs)[-1] == "failed"
    [late] = stored(store, keyed())
    assert standing(store, late) == ["due"]


def test_what_is_released_goes_back_in_order(store: SqlStore) -> None:
    runs = stored(store, *(keyed() for _ in range(4)))
    [taken] = take(store)
    store.commit(end_of(store, taken, RunStatus.FAILED, limit=1))
    late = stored(store, keyed(), keyed())

    store.commit(release(store))

    assert standing(store, *runs[1:], *late) == ["due"] + ["lined up"] * 4
    taken_up = []
    while taken_now := take(store):
        [run] = taken_now
        taken_up.append(run.id)
        store.commit(end_of(store, run))
    assert taken_up == [run.id for run in (*runs[1:], *late)]


def test_a_release_is_made_once(store: SqlStore) -> None:
    stored(store, keyed())
    [taken] = take(store)
    store.commit(end_of(store, taken, RunStatus.FAILED, limit=1))
    writes = release(store)

    store.commit(writes)

    with pytest.raises(GuardMissed):
        store.commit(writes)


def test_without_an_order_what_is_released_is_due_the_oldest_first(store: SqlStore) -> None:
    stored(store, keyed(order_key=None))
    [taken] = take(store)
    store.commit(end_of(store, taken, RunStatus.FAILED, limit=1))
    held = stored(store, *(keyed(order_key=None) for _ in range(5)))
    assert standing(store, *held) == ["held"] * 5

    store.commit(release(store))

    assert [run.id for _ in held for run in take(store, 1)] == [run.id for run in held]


def test_runs_that_have_not_begun_can_be_released_to_another_version(store: SqlStore) -> None:
    begun, fresh = stored(store, keyed(order_key=None), keyed(order_key=None))
    failing, resting = take(store)[:2]
    store.commit([Transitions(store.runs).release(resting, NOW)])
    store.commit(end_of(store, failing, RunStatus.FAILED, limit=1))
    [late] = stored(store, keyed())

    store.commit(release(store, version=7))

    assert as_stored(store, late).version == 7
    assert as_stored(store, resting).version == 1
    assert {begun.id, fresh.id} == {failing.id, resting.id}


def test_keys_of_order_and_quarantine_may_differ(store: SqlStore) -> None:
    """A held customer leaves the lines of its orders, which go on with what is another's."""
    one = make_run(order_key="O-1", quarantine_key="bad")
    two = make_run(order_key="O-1", quarantine_key="good")
    three = make_run(order_key="O-2", quarantine_key="bad")
    four = make_run(order_key="O-2", quarantine_key="good")
    stored(store, one, two, three, four)
    [failing] = take(store, 1)
    assert failing.id == one.id

    store.commit(end_of(store, failing, RunStatus.FAILED, limit=1))

    assert standing(store, one, two, three, four) == ["failed", "due", "held", "due"]
    store.commit(release(store, EventKey("acme", "orders", "bad")))
    assert standing(store, two, three, four) == ["due", "lined up", "due"]


def test_a_run_that_comes_as_its_key_is_held_is_held(store: SqlStore) -> None:
    for number in range(20):
        key = f"race-{number}"
        stored(store, keyed(key))
        [taken] = take(store)
        coming, start = keyed(key), threading.Barrier(2)

        def fail(taken=taken, start=start) -> None:
            start.wait()
            store.commit(end_of(store, taken, RunStatus.FAILED, limit=1))

        failing = threading.Thread(target=fail)
        failing.start()
        start.wait()
        store.commit([store.runs.insert(coming)])
        failing.join()

        assert standing(store, coming) == ["held"]


def test_a_held_run_is_given_another_event_once(store: SqlStore) -> None:
    stored(store, keyed())
    [taken] = take(store)
    store.commit(end_of(store, taken, RunStatus.FAILED, limit=1))
    [held] = stored(store, keyed())

    store.commit([store.runs.give_event(held, "another")])

    assert as_stored(store, held) == replace(held, event_id="another")
    with pytest.raises(GuardMissed):
        store.commit([store.runs.give_event(held, "a third")])
    store.commit(release(store))
    with pytest.raises(GuardMissed):
        store.commit([store.runs.give_event(as_stored(store, held), "a third")])


def test_in_a_shared_commit_turns_are_passed_on_after_every_end(sqlite_url: str) -> None:
    """Units are gathered by statement: what looks at others comes behind what changes them."""
    store = open_store(sqlite_url, Cipher(b"a key of the tests"))
    first, second = stored(store, keyed(), keyed())
    failing, behind = stored(store, keyed("C-2"), keyed("C-2"))
    [taken] = [run for run in take(store) if run.id == failing.id]
    waits, go_on = threading.Event(), threading.Event()
    holding = end_of(store, taken, RunStatus.FAILED, limit=1)
    running = as_stored(store, first)
    cancelling = Transitions(store.runs).cancel(running, "cancelled", NOW)

    store.commit_later([Write(_Pause(waits, go_on), {})])
    assert waits.wait(20)
    store.commit_later([store.runs.pass_on(KEY, NOW), store.runs.pass_on(C_2, NOW)])
    store.commit_later([cancelling, store.runs.pass_on(KEY, NOW)])
    store.commit_later(holding)
    go_on.set()
    store.close()

    again = open_store(sqlite_url, Cipher(b"a key of the tests"))
    assert standing(again, first, second) == ["cancelled", "due"]
    assert standing(again, failing, behind) == ["failed", "held"]
    again.close()


class _Pause:
    """Stands where a prepared statement does, and keeps the writer until units have gathered."""

    stage, turns = Stage.CHANGE, None

    def __init__(self, waits: threading.Event, go_on: threading.Event) -> None:
        self._waits, self._go_on = waits, go_on

    def calls(self, *_: object) -> Sequence[DriverCall]:
        self._waits.set()
        self._go_on.wait(20)
        return [("SELECT 1", [()])]
