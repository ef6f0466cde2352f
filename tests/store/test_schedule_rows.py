"""Live schedules: found as they come due, moved on once, gone with their automations."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import GuardMissed
from core.schedules import LeftOut, Schedule, WhyLeftOut
from store import SqlStore
from tests.support.builders import NOW

MINUTE = 60_000


def make_schedule(**changes: Any) -> Schedule:
    values: dict[str, Any] = {
        "tenant": "acme",
        "automation_id": "nightly",
        "version": 1,
        "anchor": NOW - MINUTE,
        "next_at": NOW,
    }
    return Schedule(**{**values, **changes})


def put(store: SqlStore, *schedules: Schedule) -> None:
    store.commit([store.schedules.put(one) for one in schedules])


def test_a_schedule_is_kept_as_it_was_put_and_for_its_tenant_alone(store: SqlStore) -> None:
    left_out = LeftOut(NOW - 5, 3, WhyLeftOut.MISSED)
    first = make_schedule(left_out=left_out)
    over = make_schedule(automation_id="once", next_at=None)
    put(store, first, over)

    assert store.schedules.get("acme", "nightly") == first
    assert store.schedules.of("acme", ["nightly", "once", "other"]) == {
        "nightly": first,
        "once": over,
    }
    assert store.schedules.get("globex", "nightly") is None
    assert store.schedules.of("acme", []) == {}


def test_there_is_one_schedule_for_an_automation(store: SqlStore) -> None:
    second = make_schedule(version=2, next_at=NOW + 1, anchor=NOW)
    put(store, make_schedule())
    put(store, second)
    assert store.schedules.get("acme", "nightly") == second


def test_what_is_due_comes_in_order_and_in_parts(store: SqlStore) -> None:
    schedules = [
        make_schedule(automation_id="a", next_at=NOW - 2),
        make_schedule(automation_id="b", next_at=NOW - 1),
        make_schedule(tenant="globex", automation_id="a", next_at=NOW - 1),
        make_schedule(automation_id="c", next_at=NOW),
    ]
    later = make_schedule(automation_id="later", next_at=NOW + 7)
    put(store, *reversed(schedules), later, make_schedule(automation_id="over", next_at=None))

    assert store.schedules.due(NOW, 10) == schedules
    assert store.schedules.due(NOW, 2) == schedules[:2]
    assert store.schedules.due(NOW, 10, schedules[1]) == schedules[2:]
    assert store.schedules.due(NOW, 10, schedules[3]) == []
    assert store.schedules.next_due(NOW) == NOW + 7
    assert store.schedules.next_due(NOW + 7) is None


def test_a_tick_moves_it_on_once(store: SqlStore) -> None:
    schedule = make_schedule()
    put(store, schedule)

    store.commit([store.schedules.move(schedule, NOW + MINUTE)])

    assert store.schedules.get("acme", "nightly") == make_schedule(next_at=NOW + MINUTE)
    with pytest.raises(GuardMissed):
        store.commit([store.schedules.move(schedule, NOW + MINUTE)])


def test_it_is_not_moved_on_by_who_knows_another_version(store: SqlStore) -> None:
    schedule = make_schedule()
    put(store, schedule)
    store.commit([store.schedules.rebind("acme", "nightly", 2)])

    with pytest.raises(GuardMissed):
        store.commit([store.schedules.move(schedule, NOW + MINUTE)])

    assert store.schedules.get("acme", "nightly") == make_schedule(version=2)


def test_what_was_left_out_is_noted_until_something_else_is(store: SqlStore) -> None:
    left_out = LeftOut(NOW, 1, WhyLeftOut.OVERLAP)
    put(store, make_schedule())

    store.commit([store.schedules.move(make_schedule(), NOW + 1, left_out)])
    noted = make_schedule(next_at=NOW + 1, left_out=left_out)
    assert store.schedules.get("acme", "nightly") == noted

    store.commit([store.schedules.move(noted, None)])
    assert store.schedules.get("acme", "nightly") == make_schedule(next_at=None, left_out=left_out)


def test_a_schedule_that_is_removed_ticks_no_more(store: SqlStore) -> None:
    other = make_schedule(tenant="globex")
    put(store, make_schedule(), other)

    store.commit([store.schedules.remove("acme", "nightly")])

    assert store.schedules.due(NOW, 10) == [other]
    with pytest.raises(GuardMissed):
        store.commit([store.schedules.move(make_schedule(), NOW + 1)])
