"""Statistics count every ended run once, whatever is rolled up when and by how many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.errors import GuardMissed
from core.model import Run, Tenant
from core.states import RunStatus
from core.statistics import BUCKET, BucketTally, Tally, Totals
from engine.statistics import GRACE, LATE, StatisticsService
from store import SqlStore
from tests.support.builders import NOW, make_run
from tests.support.workbench import TurnedClock

START = NOW - NOW % BUCKET
DAY = 86_400_000


def ended(
    at: int, status: RunStatus = RunStatus.SUCCEEDED, took: int = 10, **changes: object
) -> Run:
    return make_run(status=status, created_at=at - took, finished_at=at, due_at=None, **changes)


def insert(store: SqlStore, *runs: Run) -> None:
    store.commit([store.runs.insert(run) for run in runs])


@pytest.fixture
def clock() -> Iterator[TurnedClock]:
    yield TurnedClock(START + BUCKET // 2)


@pytest.fixture
def statistics(store: SqlStore, clock: TurnedClock) -> StatisticsService:
    store.commit([store.tenants.insert(one) for one in make_tenants()])
    return StatisticsService(store, clock)


def make_tenants() -> list[Tenant]:
    return [Tenant(name, name.title(), {}, NOW) for name in ("acme", "globex")]


def total(statistics: StatisticsService, tenant: str = "acme") -> Tally:
    history = statistics.history(tenant, DAY, BUCKET)
    assert sum((span.tally for span in history.spans), Tally()) == history.total
    return history.total


def test_what_has_just_ended_is_counted_at_once(
    store: SqlStore, statistics: StatisticsService
) -> None:
    insert(
        store,
        ended(START + 1, took=30),
        ended(START + 2, RunStatus.FAILED, took=50),
        ended(START + 3, RunStatus.HALTED),
        ended(START + 4, RunStatus.CANCELLED),
        make_run(),
        ended(START + 1, tenant="globex"),
    )

    counted = total(statistics)

    assert counted == Tally(1, 1, 1, 1, total_duration=100, longest=50)
    assert (counted.runs, counted.failures, counted.mean_duration) == (4, 2, 25)


def test_closed_buckets_are_kept_and_count_the_same(
    store: SqlStore, statistics: StatisticsService, clock: TurnedClock
) -> None:
    moments = [START + 1, START + BUCKET - 1, START + BUCKET, START + 2 * BUCKET + 5]
    insert(store, *(ended(moment, automation_id=f"a{moment % 2}") for moment in moments))
    clock.moment = START + 3 * BUCKET
    before = statistics.history("acme", DAY, BUCKET)

    statistics.roll_up()

    assert store.statistics.counted_until("acme") == START + 2 * BUCKET
    assert statistics.history("acme", DAY, BUCKET) == before
    assert total(statistics).runs == 4


def test_a_bucket_that_is_rolled_up_again_is_counted_once(
    store: SqlStore, statistics: StatisticsService, clock: TurnedClock
) -> None:
    insert(store, ended(START + 1))
    clock.turn(BUCKET + GRACE)
    statistics.roll_up()

    StatisticsService(store, clock).roll_up()
    clock.turn(BUCKET)
    statistics.roll_up()

    assert total(statistics).runs == 1


def test_what_reaches_the_disk_late_is_counted_all_the_same(
    store: SqlStore, statistics: StatisticsService, clock: TurnedClock
) -> None:
    insert(store, ended(START + 1))
    clock.turn(BUCKET + GRACE)
    statistics.roll_up()
    insert(store, ended(START + 2, RunStatus.FAILED))

    clock.turn(BUCKET)
    statistics.roll_up()

    assert total(statistics) == Tally(1, 1, total_duration=20, longest=10)


def test_of_two_that_roll_up_at_once_one_is_refused(store: SqlStore) -> None:
    statistics = store.statistics
    store.commit([statistics.move_mark("acme", None, START)])

    for old in (None, START - BUCKET):
        with pytest.raises(GuardMissed):
            store.commit([statistics.move_mark("acme", old, START + BUCKET)])

    assert statistics.counted_until("acme") == START
    twice = BucketTally(START, "orders", Tally(succeeded=1))
    with pytest.raises(GuardMissed):
        store.commit(
            [statistics.keep("acme", twice), statistics.move_mark("acme", None, START + BUCKET)]
        )
    assert statistics.totals("acme", START - BUCKET, NOW, BUCKET) == Totals({}, {})
    store.commit([statistics.move_mark("acme", START, START + BUCKET)])
    assert statistics.counted_until("acme") == START + BUCKET


def test_a_long_past_is_caught_up_with(
    store: SqlStore, statistics: StatisticsService, clock: TurnedClock
) -> None:
    insert(store, *(ended(START - days * DAY) for days in (0, 1, 5, 20, 21)))

    statistics.roll_up()

    assert store.statistics.counted_until("acme") == START
    history = statistics.history("acme", 30 * DAY, DAY)
    assert sum(span.tally.runs for span in history.spans) == 5
    assert LATE < DAY


def test_each_automation_is_counted_apart(
    store: SqlStore, statistics: StatisticsService, clock: TurnedClock
) -> None:
    insert(store, *(ended(START + 1, automation_id=name) for name in ("a", "b", "a")))

    def by_automation() -> dict[str, int]:
        found = statistics.history("acme", DAY, BUCKET).automations
        return {name: tally.runs for name, tally in found.items()}

    assert by_automation() == {"a": 2, "b": 1}
    clock.turn(BUCKET + GRACE)
    statistics.roll_up()
    assert by_automation() == {"a": 2, "b": 1}


def test_what_has_not_ended_is_counted_by_its_state(
    store: SqlStore, statistics: StatisticsService
) -> None:
    waiting = [make_run(status=RunStatus.WAITING) for _ in range(3)]
    insert(store, *waiting, make_run(), ended(START), replace(make_run(), tenant="globex"))

    counted = statistics.not_ended("acme")

    assert counted == {
        RunStatus.QUEUED: 1,
        RunStatus.RUNNING: 0,
        RunStatus.WAITING: 3,
        RunStatus.HELD: 0,
    }
    assert store.statistics.not_ended("acme", 2)[RunStatus.WAITING] == 2
