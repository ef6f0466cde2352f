"""However an event comes in, its automation's order and quarantine hold for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from core.http import InboundRequest
from core.platform_events import MOST_DEPTH
from core.quarantine import QuarantineFilter
from core.states import RunStatus
from core.writes import ListQuery
from engine.channel import Message
from engine.quarantine.releases import ReleaseOptions
from engine.simulated_event import Sample
from engine.simulation import Simulator
from tests.support.builders import make_document, on_schedule, step
from tests.support.keyed import NO_RETRY, fail_for, keyed_document, quarantined, told
from tests.support.workbench import TENANT, Workbench, answered

KEYED = "keyed"
MINUTE = 60_000
BY_CUSTOMER = {"order_by": "<customer.id>"}
HELD_AT_ONCE = {"quarantine": {"key": "<customer.id>", "after": 1}}
BOTH_AT_ONCE = {**BY_CUSTOMER, **HELD_AT_ONCE}

Start = Callable[[Workbench, dict[str, Any]], None]
"""Starts the automation `keyed` with a body, without taking up what is due."""


def by_webhook(bench: Workbench, body: dict[str, Any]) -> None:
    assert bench.post(body).status == 202


def by_channel(bench: Workbench, body: dict[str, Any]) -> None:
    bench.service.settings.change(TENANT, {"channels": {"events": True}})
    raw = json.dumps(body).encode()
    request = InboundRequest("POST", "/api/v1/events", {}, {}, "203.0.113.9", lambda _most: raw)
    message = Message(KEYED, "order.made", body)
    assert bench.service.channel.send(TENANT, message, request, raw, None).status == 202


def by_platform_event(bench: Workbench, body: dict[str, Any]) -> None:
    passing = step("emit", "emit-event", {"event": "order.made", "payload": "<trigger.body>"})
    start_from(bench, passing, body)
    bench.relay.hand_on()


def by_another_that_waits(bench: Workbench, body: dict[str, Any]) -> None:
    start_from(bench, running(wait=True), body)


def by_another_that_goes_on(bench: Workbench, body: dict[str, Any]) -> None:
    start_from(bench, running(wait=False), body)


def by_hand(bench: Workbench, body: dict[str, Any]) -> None:
    bench.service.runs.start(TENANT, KEYED, body)


def by_simulation(bench: Workbench, body: dict[str, Any]) -> None:
    compiler = bench.service.previews._compiler
    Simulator(bench.service, compiler, bench.clock).send(TENANT, KEYED, Sample(body))


WEBHOOK = {"type": "webhook", "with": {"path": "orders"}, "next": ["tell"]}
EVENT = {"type": "event", "with": {"event": "order.*"}, "next": ["tell"]}
MANUAL = {"type": "manual", "next": ["tell"]}

WAYS = [
    pytest.param(by_webhook, WEBHOOK, id="webhook"),
    pytest.param(by_channel, EVENT, id="channel"),
    pytest.param(by_platform_event, EVENT, id="platform-event"),
    pytest.param(by_another_that_waits, MANUAL, id="run-automation"),
    pytest.param(by_another_that_goes_on, MANUAL, id="run-automation-without-waiting"),
    pytest.param(by_hand, MANUAL, id="by-hand"),
    pytest.param(by_simulation, WEBHOOK, id="simulation"),
]


def running(*, wait: bool) -> dict[str, Any]:
    configuration = {"automation": KEYED, "payload": "<trigger.body>", "wait": wait}
    return step("call", "run-automation", configuration)


def start_from(bench: Workbench, passing: dict[str, Any], body: dict[str, Any]) -> None:
    """Executes an automation of one step, as far as it comes."""
    trigger = {"type": "manual", "next": [passing["id"]]}
    bench.publish(make_document(passing, trigger=trigger), "starting")
    bench.service.runs.start(TENANT, "starting", body)


def publish_keyed(
    bench: Workbench, settings: dict[str, Any], trigger: dict[str, Any] = MANUAL
) -> None:
    bench.publish({**keyed_document(**settings), "trigger": trigger}, KEYED)


def event_of(customer: str, number: int) -> dict[str, Any]:
    return {"customer": {"id": customer}, "n": number}


def release(bench: Workbench) -> None:
    [key] = quarantined(bench)
    bench.service.releases.release(TENANT, key.id, ReleaseOptions())


def states(bench: Workbench, automation_id: str = KEYED) -> list[str]:
    return [run.status.value for run in bench.runs(automation_id)]


@pytest.mark.parametrize(("start", "trigger"), WAYS)
def test_events_of_a_key_run_one_after_another(
    bench: Workbench, start: Start, trigger: dict[str, Any]
) -> None:
    publish_keyed(bench, BY_CUSTOMER, trigger)

    for customer, number in [("ada", 0), ("ada", 1), ("bob", 0), ("ada", 2)]:
        start(bench, event_of(customer, number))

    assert told(bench) == []
    assert [run.order_key for run in bench.runs(KEYED)] == ["ada", "ada", "bob", "ada"]
    assert [run.due_at is None for run in bench.runs(KEYED)] == [False, True, False, True]
    assert bench.run_due() == 2
    assert sorted(told(bench)) == [("ada", 0), ("bob", 0)]
    bench.tell()
    assert [number for customer, number in told(bench) if customer == "ada"] == [0, 1, 2]
    assert states(bench) == ["succeeded"] * 4


@pytest.mark.parametrize(("start", "trigger"), WAYS)
@pytest.mark.parametrize("settings", [HELD_AT_ONCE, BOTH_AT_ONCE], ids=["alone", "in-order"])
def test_events_of_a_key_that_fails_are_held_and_released_in_order(
    bench: Workbench, settings: dict[str, Any], start: Start, trigger: dict[str, Any]
) -> None:
    publish_keyed(bench, settings, trigger)
    fail_for(bench, "ada")
    start(bench, event_of("ada", 0))
    bench.tell()

    for customer, number in [("ada", 1), ("bob", 1), ("ada", 2), ("ada", 3)]:
        start(bench, event_of(customer, number))
    bench.tell()

    assert states(bench) == ["failed", "held", "succeeded", "held", "held"]
    fail_for(bench)
    release(bench)
    bench.tell()
    assert told(bench) == [("ada", 0), ("bob", 1), ("ada", 1), ("ada", 2), ("ada", 3)]
    assert states(bench)[1:] == ["succeeded"] * 4


class TestSchedule:
    """Ticks have a key of their own, such as a text without references."""

    def publish(self, bench: Workbench, **settings: Any) -> None:
        configuration = {"url": "https://partner.example/tell", "body": "<scheduled_at>"}
        tell = step("tell", "send-webhook", configuration, retry=NO_RETRY)
        bench.publish({**on_schedule({"every": "1m"}, tell), "settings": settings}, KEYED)

    def tick(self, bench: Workbench, times: int) -> None:
        for _ in range(times):
            bench.clock.turn(MINUTE)
            bench.ticker.tick()

    def told(self, bench: Workbench) -> list[str]:
        return [json.loads(request.body or b"") for request in bench.partner.received]

    def test_ticks_run_one_after_another(self, bench: Workbench) -> None:
        self.publish(bench, order_by="everything")

        self.tick(bench, 3)

        assert self.told(bench) == []
        assert [run.due_at is None for run in bench.runs(KEYED)] == [False, True, True]
        assert bench.run_due() == 1
        assert len(self.told(bench)) == 1
        bench.tell()
        assert self.told(bench) == sorted(self.told(bench))
        assert states(bench) == ["succeeded"] * 3

    def test_ticks_are_held_while_they_fail(self, bench: Workbench) -> None:
        self.publish(bench, quarantine={"key": "everything", "after": 1})
        bench.partner.answers(answered(422))
        self.tick(bench, 1)
        bench.tell()

        self.tick(bench, 2)
        bench.tell()

        assert states(bench) == ["failed", "held", "held"]
        assert len(self.told(bench)) == 1
        bench.partner.answers(answered(200))
        release(bench)
        bench.tell()
        assert states(bench) == ["failed", "succeeded", "succeeded"]
        assert self.told(bench) == sorted(self.told(bench))


class TestAnotherThatWaits:
    """A step that waits for a run of a key waits for its turn and its release, too."""

    def start_held(self, bench: Workbench, passing: dict[str, Any] | None = None) -> None:
        """A run that waits for another, which is held behind one that failed."""
        publish_keyed(bench, BOTH_AT_ONCE)
        fail_for(bench, "ada")
        by_hand(bench, event_of("ada", 0))
        bench.tell()
        start_from(bench, passing or running(wait=True), event_of("ada", 1))
        assert (states(bench, "starting"), states(bench)) == (["waiting"], ["failed", "held"])
        fail_for(bench)

    def test_it_goes_on_after_the_release(self, bench: Workbench) -> None:
        self.start_held(bench)

        bench.clock.turn(60 * MINUTE)
        bench.tell()
        assert states(bench, "starting") == ["waiting"]
        release(bench)
        bench.tell()

        assert states(bench, "starting") == ["succeeded"]

    def test_it_fails_where_its_event_is_discarded(self, bench: Workbench) -> None:
        self.start_held(bench)
        [key] = quarantined(bench)

        bench.service.quarantine.discard_all(TENANT, key.id, "not wanted")
        bench.tell()

        [waited] = bench.runs("starting")
        assert waited.status is RunStatus.FAILED
        assert "cancelled" in (waited.error or "")
        assert "discarded from quarantine: not wanted" in (waited.error or "")

    def test_its_own_time_limit_ends_the_wait_and_lets_the_event_be_held(
        self, bench: Workbench
    ) -> None:
        self.start_held(bench)

        bench.clock.turn(25 * 60 * MINUTE)
        bench.tell()

        assert (states(bench, "starting"), states(bench)) == (["failed"], ["failed", "held"])
        release(bench)
        bench.tell()
        assert states(bench) == ["failed", "succeeded"]
        assert states(bench, "starting") == ["failed"]


def test_what_is_cut_as_a_loop_is_in_no_line(bench: Workbench) -> None:
    """It is over before it began: it neither waits, nor is held, nor repeated with a release."""
    again = step("again", "emit-event", {"event": "order.made", "payload": "<trigger.body>"})
    trigger = {"type": "event", "with": {"event": "order.*"}, "next": ["again"]}
    settings = {"order_by": "<customer.id>", "quarantine": {"after": 1}}
    bench.publish(make_document(again, trigger=trigger, settings=settings), KEYED)
    by_channel(bench, event_of("ada", 0))
    bench.tell()

    runs = bench.runs(KEYED)
    assert len(runs) == MOST_DEPTH + 2
    assert [run.status for run in runs[:-1]] == [RunStatus.SUCCEEDED] * (MOST_DEPTH + 1)
    assert (runs[-1].status, runs[-1].order_key) == (RunStatus.FAILED, None)
    assert runs[-1].quarantine_key is None
    by_channel(bench, event_of("ada", 1))
    assert bench.runs(KEYED)[-1].due_at is not None
    assert bench.service.quarantine.list(TENANT, QuarantineFilter(), ListQuery()).items == ()
