"""Automations whose events run in order or can be held, on the workbench."""

from __future__ import annotations

import json
from typing import Any

from core.http import OutboundRequest, SendResult
from core.model import Run
from core.quarantine import QuarantinedKey, QuarantineFilter
from core.writes import ListQuery
from tests.support.builders import make_document, send
from tests.support.workbench import TENANT, Workbench, answered

NO_RETRY = {"attempts": 1}
BOTH: dict[str, Any] = {"order_by": "<customer.id>", "quarantine": {"after": 3}}
"""Settings: a customer's events in order, held after three failures in a row."""


def keyed_document(**settings: Any) -> dict[str, Any]:
    """An automation that tells the partner of each event, without a second try."""
    body = {"customer": "{{ default(customer.id, 'nobody') }}", "n": "<n>"}
    step = send("tell", "https://partner.example/tell", with_={"body": body}, retry=NO_RETRY)
    return make_document(step, settings=settings)


def post_event(bench: Workbench, customer: str | None, number: int = 0) -> Run:
    """Posts an event of a customer; its run as it was stored."""
    body = {"n": number, **({} if customer is None else {"customer": {"id": customer}})}
    reply = bench.post(body)
    assert reply.status == 202, reply
    return bench.service.runs.get(TENANT, reply.payload["run_id"]).run  # type: ignore[union-attr]


def told(bench: Workbench) -> list[tuple[str, int]]:
    """What the partner was told: customers with their numbers, in order."""
    bodies = [request.body for request in bench.partner.received]
    return [(body["customer"], body["n"]) for body in map(_parsed, bodies)]


def fail_for(bench: Workbench, *customers: str) -> None:
    """The partner refuses what it is told of these customers; all else it takes."""

    def answer(request: OutboundRequest) -> SendResult:
        refused = _parsed(request.body)["customer"] in customers
        return answered(422 if refused else 200, {})

    bench.partner.script = answer


def run_all(bench: Workbench, rounds: int = 200) -> None:
    """Takes up what is due until nothing is."""
    for _ in range(rounds):
        if not bench.run_due():
            return
    raise AssertionError(f"something was still due after {rounds} rounds")


def quarantined(bench: Workbench, automation_id: str | None = None) -> list[QuarantinedKey]:
    """The keys that are held."""
    page = bench.service.quarantine.list(TENANT, QuarantineFilter(automation_id), ListQuery())
    return [one.quarantine for one in page.items]


def _parsed(body: bytes | None) -> Any:
    assert body is not None
    return json.loads(body)
