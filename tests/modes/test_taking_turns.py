"""Runs that come after one another, and tenants that come beside one another."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dispatch.run_threads import PLACES
from tests.modes.installations import NEIGHBOUR, Installation, neighbour
from tests.support.automations import (
    ENDS,
    FAST_RETRY,
    ended_run,
    every,
    on_webhook,
    post,
    run_of,
    run_when,
)
from tests.support.builders import send, step
from tests.support.partner import Answer, Arrival, Partner
from tests.support.server import Server, call
from tests.support.waiting import eventually

IN_ORDER: dict[str, Any] = {"order_by": "<customer>", "quarantine": {"after": 3}}
EACH = 12
PILE = PLACES + 100
"""More runs than a process executes at once."""


def telling(path: str, partner: Partner) -> dict[str, Any]:
    """An automation that tells the partner of each event, in the order of its customer."""
    body = {"customer": "<customer>", "n": "<n>"}
    tell = send("tell", f"{partner.url}/tell", with_={"body": body}, retry=FAST_RETRY)
    return on_webhook(path, tell, settings=IN_ORDER)


class OneAtATime:
    """Notes when two requests of a customer overlap; some are answered 503 the first time."""

    def __init__(self) -> None:
        self.overlaps: list[str] = []
        self._open: set[str] = set()
        self._seen: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, arrival: Arrival) -> Answer:
        customer = arrival.json["customer"]
        with self._lock:
            if customer in self._open:
                self.overlaps.append(customer)
            self._open.add(customer)
        try:
            return Answer(503 if arrival.json["n"] % 5 == 3 and self._first(arrival) else 200, {})
        finally:
            with self._lock:
                self._open.discard(customer)

    def _first(self, arrival: Arrival) -> bool:
        fresh = arrival.key not in self._seen
        self._seen.add(arrival.key)
        return fresh


def test_events_of_a_key_arrive_in_order_whatever_comes_meanwhile(
    front: Server, partner: Partner
) -> None:
    """Some need a second try; others of their key wait for that, and no two ever overlap."""
    partner.script = script = OneAtATime()
    front.publish("ordered", telling("ordered", partner))
    customers = ("ada", "bob", "cy")

    def tell_of(customer: str) -> list[str]:
        events = ({"customer": customer, "n": number} for number in range(EACH))
        return [post(front, "ordered", event).json["run_id"] for event in events]

    with ThreadPoolExecutor(len(customers)) as callers:
        run_ids = [one for ids in callers.map(tell_of, customers) for one in ids]

    assert {ended_run(front, run_id)["status"] for run_id in run_ids} == {"succeeded"}
    for customer in customers:
        told = [one.json["n"] for one in partner.arrivals if one.json["customer"] == customer]
        assert told == sorted(told)
        assert list(dict.fromkeys(told)) == list(range(EACH))
    assert script.overlaps == []


def test_the_line_goes_on_when_a_run_that_waits_is_cancelled(
    front: Server, partner: Partner
) -> None:
    """Whoever calls it back later finds nobody."""
    body = {"n": "<n>", "back": "<run.callbacks.hold>"}
    tell = send("tell", partner.url, with_={"body": body}, next=["hold"])
    hold = step("hold", "wait-for-callback", {"expires": "1h"})
    front.publish("held", on_webhook("held", tell, hold, settings=IN_ORDER))
    first, second = (
        post(front, "held", {"customer": "ada", "n": number}).json["run_id"] for number in (1, 2)
    )
    run_when(front, first, "waiting")
    [arrival] = partner.arrivals
    assert run_of(front, second)["waits_for"] == first

    cancelled = front.call("POST", f"/api/v1/runs/{first}/cancel")

    assert (cancelled.status, cancelled.json["status"]) == (200, "cancelled")
    *_, following = partner.wait_for(2)
    assert (arrival.json["n"], following.json["n"]) == (1, 2)
    assert call("POST", arrival.json["back"], {}).status == 410
    run_when(front, second, "waiting")
    assert call("POST", following.json["back"], {}).status == 200
    assert ended_run(front, second)["status"] == "succeeded"
    assert run_of(front, first)["status"] == "cancelled"


def test_a_pile_of_one_tenants_runs_holds_back_no_other_tenant(
    shared: Installation, partner: Partner
) -> None:
    """More of them than are executed at once, at a partner that does not answer."""
    released = partner.gate()

    def answer(arrival: Arrival) -> Answer:
        if arrival.path == "/slow":
            released.wait(60)
        return Answer(200, {})

    partner.script = answer
    front, other = shared.front, neighbour(shared)
    slow = send("tell", f"{partner.url}/slow", with_={"timeout": "60s"})
    front.publish("pile", on_webhook("pile", slow))
    other.publish("quick", on_webhook("quick", send("tell", f"{partner.url}/quick")))
    with ThreadPoolExecutor(8) as callers:
        pile = list(callers.map(lambda n: post(front, "pile", {"n": n}), range(PILE)))
    assert {reply.status for reply in pile} == {202}

    run_id = post(other, "quick", tenant=NEIGHBOUR).json["run_id"]

    assert ended_run(other, run_id)["status"] == "succeeded"
    runs = every(front, "/api/v1/runs?automation=pile")
    assert not ENDS & {run["status"] for run in runs}
    released.set()
    succeeded = "/api/v1/runs?automation=pile&status=succeeded"
    assert eventually(lambda: len(every(front, succeeded)) == PILE)
