"""Many machines make the ticks of one database: each tick comes once."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from core.clock import Clock, SystemClock, from_rfc3339
from core.errors import GuardMissed, StorageUnavailable
from core.run_store import RunFilter
from core.writes import ListQuery
from dispatch.schedules import ScheduleThread
from engine.assembly import Parts, assemble
from engine.schedules.ticker import Ticker
from store import Cipher, SqlStore, open_store
from tests.support.builders import NOW, on_schedule
from tests.support.waiting import PATIENCE, eventually
from tests.support.workbench import (
    TENANT,
    InlineDispatcher,
    ScriptedPartner,
    ScriptedPeople,
    TurnedClock,
    surroundings,
)
from wiring import action_and_trigger_registry

MINUTE = 60_000
SCHEDULES = 8
ROUNDS = 12


@dataclass(frozen=True)
class Machine:
    """A process with its own connection to the database."""

    store: SqlStore
    parts: Parts


@contextmanager
def machines(url: str, clock: Clock, count: int = 2) -> Iterator[Sequence[Machine]]:
    """Several over one database, in this process."""
    stores = [open_store(url, Cipher(b"a key of the tests")) for _ in range(count)]
    try:
        yield [Machine(store, parts_of(store, clock)) for store in stores]
    finally:
        for store in stores:
            store.close()


def parts_of(store: SqlStore, clock: Clock) -> Parts:
    registry = action_and_trigger_registry()
    around = surroundings(ScriptedPartner(), ScriptedPeople())
    return assemble(registry, store, around, clock, InlineDispatcher(), lambda work: work())


def publish(machine: Machine, configuration: dict[str, Any], *ids: str) -> None:
    service = machine.parts.service
    service.tenants.create(TENANT, "Acme")
    for automation_id in ids:
        service.automations.put(TENANT, automation_id, on_schedule(configuration))
        service.versions.publish(TENANT, automation_id)


def ticks_of(machine: Machine, automation_id: str) -> list[dict[str, Any]]:
    """The bodies of its ticks, the oldest first."""
    service = machine.parts.service
    page = service.runs.list(TENANT, RunFilter(automation_id), ListQuery(limit=100))
    events = [service.runs.get(TENANT, run.id).event for run in page.items]
    return sorted((event.body for event in events if event), key=lambda body: body["scheduled_at"])


def test_of_two_machines_that_look_at_once_one_makes_the_tick(database_url: str) -> None:
    clock = TurnedClock()
    names = [f"nightly-{number}" for number in range(SCHEDULES)]
    with machines(database_url, clock) as both, ThreadPoolExecutor(len(both)) as threads:
        publish(both[0], {"every": "1m"}, *names)
        start = threading.Barrier(len(both), timeout=PATIENCE)

        def tick(machine: Machine) -> None:
            start.wait()
            machine.parts.ticker.tick()

        for _ in range(ROUNDS):
            clock.turn(MINUTE)
            list(threads.map(tick, both))

        for name in names:
            ticks = ticks_of(both[0], name)
            assert [from_rfc3339(one["scheduled_at"]) for one in ticks] == [
                NOW + (number + 1) * MINUTE for number in range(ROUNDS)
            ]
            assert {one["missed"] for one in ticks} == {0}


def test_who_comes_too_late_keeps_nothing(database_url: str) -> None:
    clock = TurnedClock()
    with machines(database_url, clock) as (one, other):
        publish(one, {"every": "1m"}, "nightly")
        clock.turn(MINUTE)
        [due] = other.store.schedules.due(clock.now(), 10)
        one.parts.ticker.tick()
        with pytest.raises(GuardMissed):
            other.parts.ticker._catch_up(due, clock.now())
        assert len(ticks_of(other, "nightly")) == 1


def test_published_again_on_one_machine_while_another_ticks_nothing_comes_twice(
    database_url: str,
) -> None:
    """The rows of the publication and of the tick meet in either order."""
    clock = TurnedClock()
    with machines(database_url, clock) as (one, other), ThreadPoolExecutor(2) as threads:
        publish(one, {"every": "1m"}, "nightly")
        service, start = one.parts.service, threading.Barrier(2, timeout=PATIENCE)

        def publish_again() -> None:
            start.wait()
            service.automations.put(TENANT, "nightly", on_schedule({"every": "60s"}))
            service.versions.publish(TENANT, "nightly")

        def tick() -> None:
            start.wait()
            other.parts.ticker.tick()

        for _ in range(ROUNDS):
            clock.turn(MINUTE)
            for done in [threads.submit(publish_again), threads.submit(tick)]:
                done.result()
        clock.turn(1)
        other.parts.ticker.tick()

        moments = [from_rfc3339(tick["scheduled_at"]) for tick in ticks_of(one, "nightly")]
        counted = sum(max(tick["missed"], 1) for tick in ticks_of(one, "nightly"))
        assert len(set(moments)) == len(moments)
        assert counted == ROUNDS


def test_threads_make_ticks_as_they_come_and_stop(database_url: str) -> None:
    with machines(database_url, SystemClock()) as both:
        threads = [ScheduleThread(machine.parts.ticker) for machine in both]
        for thread in threads:
            thread.start()
        publish(both[0], {"every": "1s"}, "nightly")

        eventually(lambda: len(ticks_of(both[1], "nightly")) >= 3)
        for thread in threads:
            thread.stop()

        ticks = ticks_of(both[0], "nightly")
        schedule = both[0].store.schedules.get(TENANT, "nightly")
        assert schedule is not None
        assert schedule.next_at == schedule.anchor + 1000 * (counted_in(ticks) + 1)
        assert len({tick["scheduled_at"] for tick in ticks}) == len(ticks)


def counted_in(ticks: Sequence[dict[str, Any]]) -> int:
    return sum(max(tick["missed"], 1) for tick in ticks)


class FailingTicker(Ticker):
    """Fails at first, and says when it was asked again."""

    def __init__(self, *errors: Exception) -> None:
        self.stirred, self.stopping = threading.Event(), threading.Event()
        self.errors = list(errors)
        self.done = threading.Event()

    def tick(self) -> int | None:
        self.stirred.set()
        if self.errors:
            raise self.errors.pop(0)
        self.done.set()
        return None


def test_a_fault_does_not_end_the_thread(caplog: pytest.LogCaptureFixture) -> None:
    ticker = FailingTicker(StorageUnavailable("it is away"), RuntimeError("unexpected"))
    thread = ScheduleThread(ticker)
    thread.start()
    assert ticker.done.wait(PATIENCE)
    thread.stop()
    assert "ticks of schedules cannot be made now: it is away" in caplog.text
    assert "making ticks broke off" in caplog.text


def test_a_thread_that_was_never_started_can_be_stopped() -> None:
    ScheduleThread(FailingTicker()).stop()
