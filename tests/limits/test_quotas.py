"""Quotas of a month: what is used, when that is told, and what is refused."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from core.clock import from_rfc3339
from core.errors import StorageUnavailable
from core.run_store import RunFilter
from core.usage import Counted, Used
from core.writes import ListQuery
from engine.assembly import Parts, assemble
from engine.events.catalogue import EVENT_TYPES
from engine.events.quota_events import THRESHOLD_CROSSED
from engine.inbound_replies import Reply
from engine.limits import quotas
from engine.limits.quotas import QuotaGuard
from engine.limits.refusals import OverLimit
from engine.replies import Problem
from store import Cipher, SqlStore, open_store
from tests.support.builders import make_document, on_schedule
from tests.support.people import make_user
from tests.support.workbench import (
    TENANT,
    InlineDispatcher,
    ScriptedPartner,
    ScriptedPeople,
    TurnedClock,
    Workbench,
    surroundings,
)
from wiring import action_and_trigger_registry

LATE_IN_NOVEMBER = from_rfc3339("2026-11-30T23:59:00.000Z")
DECEMBER = from_rfc3339("2026-12-01T00:00:00.000Z")


def set_quotas(bench: Workbench, **settings: Any) -> None:
    bench.service.settings.change(TENANT, {"quotas": settings})


def post(bench: Workbench, times: int, **options: Any) -> list[int]:
    return [bench.post(**options).status for _ in range(times)]


def watching(bench: Workbench) -> None:
    """An automation that is started by what is announced of quotas."""
    trigger = {"type": "event", "with": {"event": "quota.*"}, "next": ["answer"]}
    bench.publish(make_document(trigger=trigger), "told")


def told(bench: Workbench) -> list[dict[str, Any]]:
    """What was announced of quotas, the oldest first."""
    bench.tell()
    page = bench.service.runs.list(TENANT, RunFilter("told"), ListQuery(limit=100))
    events = [bench.service.runs.get(TENANT, run.id).event for run in reversed(page.items)]
    return [event.body for event in events if event]


def test_what_is_used_is_counted_by_what_it_is(bench: Workbench) -> None:
    bench.publish(make_document())
    bench.publish(on_schedule({"every": "1m"}), "nightly")
    key = {"idempotency-key": "1"}

    post(bench, 2, headers=key)
    post(bench, 1, raw=b"no json")
    bench.service.runs.start(TENANT, "orders", {})
    bench.service.runs.replay(TENANT, bench.last_run().id)
    bench.clock.turn(60_000)
    bench.ticker.tick()

    assert bench.service.usage.report(TENANT).used == Used(events=1, runs=4)


def test_each_threshold_is_told_once(bench: Workbench) -> None:
    watching(bench)
    bench.publish(make_document())
    set_quotas(bench, events=10, thresholds=[50, 80, 100])

    seen = []
    for _ in range(12):
        bench.post()
        seen.append(bench.quota_watch.evaluate() + bench.quota_watch.evaluate())

    assert seen == [0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0]
    assert [(one["quota"], one["threshold"], one["used"]) for one in told(bench)] == [
        ("events", 50, 5),
        ("events", 80, 8),
        ("events", 100, 10),
    ]


def test_what_is_told_is_as_its_type_says(bench: Workbench) -> None:
    watching(bench)
    bench.publish(make_document())
    bench.store.commit([bench.store.users.insert(make_user(tenant=TENANT), "hash")])
    set_quotas(bench, events=1, when_reached="refuse", thresholds=[100])
    bench.post()
    bench.quota_watch.evaluate()

    [data] = told(bench)

    assert not list(Draft202012Validator(EVENT_TYPES[THRESHOLD_CROSSED].schema).iter_errors(data))
    assert (data["size"], data["refuses"], data["month"]) == (1, True, "2027-01")
    [user] = bench.store.users.list(TENANT)
    [message] = bench.service.inbox.list(user, ListQuery()).items
    assert message.title == "100 % of the quota of events"
    assert message.text == (
        "1 of 1 events in 2027-01 are used. Requests that would start something are refused until "
        "the month ends."
    )


def test_both_quotas_are_watched_and_several_thresholds_at_once(bench: Workbench) -> None:
    watching(bench)
    bench.publish(make_document())
    set_quotas(bench, events=2, runs=4)
    post(bench, 4)

    assert bench.quota_watch.evaluate() == 4
    assert {(one["quota"], one["threshold"]) for one in told(bench)} == {
        ("events", 80),
        ("events", 100),
        ("runs", 80),
        ("runs", 100),
    }


def test_a_new_month_begins_at_nothing_and_is_told_anew(bench: Workbench) -> None:
    bench.clock.moment = LATE_IN_NOVEMBER
    watching(bench)
    bench.publish(make_document())
    set_quotas(bench, events=2, thresholds=[100])
    post(bench, 2)
    assert bench.quota_watch.evaluate() == 1

    bench.clock.moment = DECEMBER
    assert bench.quota_watch.evaluate() == 0
    assert bench.service.usage.report(TENANT).used == Used()
    post(bench, 2)
    assert bench.quota_watch.evaluate() == 1

    assert [one["month"] for one in told(bench)] == ["2026-11", "2026-12"]
    november = bench.service.usage.report(TENANT, "2026-11")
    assert (november.used.events, len(november.crossings)) == (2, 1)


def test_what_the_last_moments_of_a_month_bring_is_told_in_the_next(bench: Workbench) -> None:
    bench.clock.moment = DECEMBER - 1
    watching(bench)
    bench.publish(make_document())
    set_quotas(bench, events=1, thresholds=[100])
    bench.post()

    bench.clock.moment = DECEMBER + 5_000

    assert bench.quota_watch.evaluate() == 1
    assert [one["month"] for one in told(bench)] == ["2026-11"]


def test_another_quota_is_told_of_anew(bench: Workbench) -> None:
    bench.publish(make_document())
    set_quotas(bench, events=2, thresholds=[100])
    post(bench, 2)
    assert bench.quota_watch.evaluate() == 1

    set_quotas(bench, events=3)
    assert bench.quota_watch.evaluate() == 0
    post(bench, 1)
    assert bench.quota_watch.evaluate() == 1
    set_quotas(bench, events=2)
    assert bench.quota_watch.evaluate() == 0


def test_by_default_nothing_is_refused(bench: Workbench) -> None:
    bench.publish(make_document())
    set_quotas(bench, events=1, runs=1)

    assert post(bench, 3) == [202] * 3


def test_beyond_the_quota_nothing_is_taken_in_until_the_month_ends(bench: Workbench) -> None:
    bench.clock.moment = LATE_IN_NOVEMBER
    bench.publish(make_document())
    set_quotas(bench, events=3, when_reached="refuse")

    assert post(bench, 5) == [202] * 3 + [429] * 2
    refused = bench.post()
    assert isinstance(refused, Problem)
    words = "The quota of 3 events in 2026-11 is used up; a new month begins at "
    assert refused.detail == f"{words}2026-12-01T00:00:00.000Z."
    assert dict(refused.headers) == {
        "Retry-After": "60",
        "RateLimit-Policy": '"monthly-events";q=3',
        "RateLimit": '"monthly-events";r=0;t=60',
    }
    assert refused.extra["retry_at"] == "2026-12-01T00:00:00.000Z"
    assert bench.service.usage.report(TENANT).used == Used(3, 3)

    bench.clock.moment = DECEMBER
    assert post(bench, 4) == [202] * 3 + [429]


def test_who_waits_for_an_answer_is_held_to_the_quota_too(bench: Workbench) -> None:
    document = make_document()
    document["trigger"]["with"]["respond"] = "finished"
    bench.publish(document)
    set_quotas(bench, events=2, when_reached="refuse")

    assert post(bench, 3) == [200, 200, 429]


def test_a_repetition_uses_nothing_of_the_quota_and_is_never_refused(bench: Workbench) -> None:
    bench.publish(make_document())
    set_quotas(bench, events=1, when_reached="refuse")

    assert post(bench, 3, headers={"idempotency-key": "1"}) == [202, 200, 200]
    assert bench.post().status == 429


def test_the_quota_of_runs_holds_for_what_comes_from_outside_alone(bench: Workbench) -> None:
    bench.publish(make_document())
    bench.publish(on_schedule({"every": "1m"}), "nightly")
    set_quotas(bench, runs=3, when_reached="refuse")
    post(bench, 2)

    bench.clock.turn(60_000)
    bench.ticker.tick()
    assert bench.post().status == 429
    with pytest.raises(OverLimit, match="The quota of 3 runs in 2027-01 is used up"):
        bench.service.runs.start(TENANT, "orders", {})

    bench.clock.turn(60_000)
    bench.ticker.tick()
    bench.service.runs.replay(TENANT, bench.runs("orders")[0].id)
    assert bench.service.usage.report(TENANT).used.runs == 5


def test_the_quota_of_events_leaves_starts_by_hand_alone(bench: Workbench) -> None:
    bench.publish(make_document())
    set_quotas(bench, events=1, when_reached="refuse")
    post(bench, 2)

    bench.service.runs.start(TENANT, "orders", {})

    assert bench.service.usage.report(TENANT).used == Used(1, 2)


def test_what_could_not_be_stored_uses_nothing(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.publish(make_document())
    set_quotas(bench, events=1, when_reached="refuse")
    with monkeypatch.context() as patched:
        patched.setattr(bench.store, "commit", _away)
        assert post(bench, 3) == [502] * 3

    assert post(bench, 2) == [202, 429]


def _away(_writes: object) -> None:
    raise StorageUnavailable("the disk is full")


def test_a_larger_quota_lets_in_again_at_once(bench: Workbench) -> None:
    bench.publish(make_document())
    set_quotas(bench, events=1, when_reached="refuse")
    assert post(bench, 2) == [202, 429]

    set_quotas(bench, events=2)
    assert post(bench, 2) == [202, 429]
    set_quotas(bench, when_reached=None)
    assert post(bench, 2) == [202, 202]


def test_of_many_at_once_as_many_are_taken_in_as_fit(bench: Workbench) -> None:
    bench.publish(make_document())
    set_quotas(bench, events=10, when_reached="refuse")

    with ThreadPoolExecutor(16) as callers:
        found = list(callers.map(lambda _: bench.post().status, range(100)))

    assert (found.count(202), found.count(429)) == (10, 90)


# Several processes over one database.


@dataclass(frozen=True)
class Process:
    store: SqlStore
    parts: Parts

    def post(self) -> Reply:
        return Workbench.post(self, {})  # type: ignore[arg-type]

    @property
    def service(self) -> Any:
        return self.parts.service


@contextmanager
def processes(url: str, clock: TurnedClock, count: int = 2) -> Iterator[Sequence[Process]]:
    stores = [open_store(url, Cipher(b"a key of the tests")) for _ in range(count)]
    registry = action_and_trigger_registry()
    try:
        yield [
            Process(
                store,
                assemble(
                    registry,
                    store,
                    surroundings(ScriptedPartner(), ScriptedPeople()),
                    clock,
                    InlineDispatcher(),
                    lambda work: work(),
                ),
            )
            for store in stores
        ]
    finally:
        for store in stores:
            store.close()


def open_tenant(process: Process, **settings: Any) -> None:
    service = process.service
    service.tenants.create(TENANT, "Acme")
    service.automations.put(TENANT, "orders", make_document())
    service.versions.publish(TENANT, "orders")
    trigger = {"type": "event", "with": {"event": "quota.*"}, "next": ["answer"]}
    service.automations.put(TENANT, "told", make_document(trigger=trigger))
    service.versions.publish(TENANT, "told")
    service.settings.change(TENANT, {"quotas": settings})


def test_of_processes_that_see_a_crossing_at_once_one_tells(database_url: str) -> None:
    clock = TurnedClock()
    with processes(database_url, clock, 3) as all_of_them:
        open_tenant(all_of_them[0], events=8, thresholds=[25, 50, 75, 100])
        for _ in range(4):
            all_of_them[0].post()
            all_of_them[0].post()
            together = threading.Barrier(6)

            def look(process: Process, together: threading.Barrier = together) -> int:
                together.wait()
                return process.parts.quota_watch.evaluate()

            with ThreadPoolExecutor(6) as threads:
                assert sum(threads.map(look, [*all_of_them, *all_of_them])) == 1

        store = all_of_them[0].store
        waiting = [one.data["threshold"] for one in store.platform_events.waiting(100)]
        assert waiting == [25, 50, 75, 100]


def test_a_restart_keeps_the_count_of_the_month(database_url: str) -> None:
    clock = TurnedClock()
    with processes(database_url, clock, 1) as [before]:
        open_tenant(before, events=3, when_reached="refuse", thresholds=[100])
        assert [before.post().status for _ in range(2)] == [202, 202]

    with processes(database_url, clock, 1) as [after]:
        assert [after.post().status for _ in range(2)] == [202, 429]
        assert after.parts.quota_watch.evaluate() == 1

    with processes(database_url, clock, 1) as [again]:
        assert again.post().status == 429
        assert again.parts.quota_watch.evaluate() == 0


def test_what_another_process_takes_in_is_seen_soon(database_url: str) -> None:
    clock = TurnedClock()
    with processes(database_url, clock) as [one, other]:
        open_tenant(one, events=2, when_reached="refuse")
        assert one.post().status == 202
        assert other.post().status == 202

        clock.turn(quotas.FRESH)

        assert [one.post().status, other.post().status] == [429, 429]


def test_what_is_under_way_as_the_count_is_read_counts_rather_twice_than_never() -> None:
    """Never more than the quota, whatever is committed in between."""
    clock, events = TurnedClock(), (Counted.EVENTS,)
    settings = {"quotas": {"events": 10, "when_reached": "refuse", "thresholds": []}}
    guard = QuotaGuard(NothingYet(), lambda _tenant: settings, clock)
    taken: list[int] = []

    def begin(under_way: int) -> None:
        if under_way:
            guard.within(TENANT, events, lambda: begin(under_way - 1))
            return
        clock.turn(quotas.FRESH)
        with pytest.raises(OverLimit):
            for number in range(11):
                guard.within(TENANT, events, lambda number=number: taken.append(number))

    begin(4)

    assert len(taken) == 6


def test_whatever_the_interleaving_never_more_than_the_quota_is_begun() -> None:
    settings = {"quotas": {"events": 2, "when_reached": "refuse", "thresholds": []}}
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            for _ in range(50):
                guard = QuotaGuard(ReadForAWhile(), lambda _tenant: settings, TurnedClock())
                assert sum(threads.map(begins_one, [guard] * 8, [threading.Barrier(8)] * 8)) == 2
    finally:
        sys.setswitchinterval(before)


def begins_one(guard: QuotaGuard, together: threading.Barrier) -> bool:
    together.wait()
    try:
        guard.within(TENANT, (Counted.EVENTS,), lambda: None)
    except OverLimit:
        return False
    return True


class ReadForAWhile:
    """A count that takes its time: other threads come meanwhile."""

    def used(self, _tenant: str, _month: str) -> Used:
        return Used(events=sum(range(1000)) * 0)


class NothingYet:
    """A count in which what is under way does not show."""

    def used(self, _tenant: str, _month: str) -> Used:
        return Used()
