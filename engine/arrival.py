"""An event that is taken in: its rows, and how the run of it starts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from core.clock import Milliseconds
from core.http import InboundRequest
from core.ids import new_id
from core.masking import Masker
from core.model import Event, RequestEntry, Run
from core.states import RunStatus
from core.webhooks import Received
from engine.order.keys import NO_KEYS
from engine.plan import Plan


@dataclass(frozen=True, slots=True)
class LoggedAnswer:
    """What a caller was answered, where that is known as its request is stored."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    duration: Milliseconds


@dataclass(frozen=True, slots=True)
class Automaton:
    """Which version of which automation takes the event."""

    tenant: str
    automation_id: str
    version: int
    plan: Plan


def make_event(
    automaton: Automaton,
    request: InboundRequest,
    received: Received,
    masker: Masker,
    now: Milliseconds,
) -> Event:
    """The event of a request; headers that carry credentials are masked from here on."""
    tenant, automation_id = automaton.tenant, automaton.automation_id
    return event_of_request(tenant, automation_id, request, received, masker, now)


def event_of_request(
    tenant: str,
    automation_id: str,
    request: InboundRequest,
    received: Received,
    masker: Masker,
    now: Milliseconds,
) -> Event:
    """The event of a request to an automation, which need not be live."""
    return Event(
        id=new_id(),
        tenant=tenant,
        automation_id=automation_id,
        type="webhook",
        received_at=now,
        method=request.method,
        path=request.path,
        query=request.query,
        headers=dict(masker.mask_headers(request.headers.items())),
        params=received.params,
        body=received.body,
        raw=received.raw,
        is_json=received.is_json,
    )


def event_without_request(
    automaton: Automaton,
    event_type: str,
    body: Any,
    now: Milliseconds,
    headers: Mapping[str, str] | None = None,
) -> Event:
    """The event of something that came by no request: a person, another automation, the clock."""
    return Event(
        id=new_id(),
        tenant=automaton.tenant,
        automation_id=automaton.automation_id,
        type=event_type,
        received_at=now,
        method="",
        path="",
        query={},
        headers=headers or {},
        params={},
        body=body,
        raw=orjson.dumps(body),
        is_json=True,
    )


def make_run(
    automaton: Automaton, event: Event, now: Milliseconds, *, awaited: bool = False
) -> Run:
    """A queued run of an event, with the event's keys where its automation has any."""
    templates = automaton.plan.keys
    keys = NO_KEYS if templates is None else templates.of(event)
    return Run(
        id=new_id(),
        tenant=automaton.tenant,
        automation_id=automaton.automation_id,
        version=automaton.version,
        event_id=event.id,
        status=RunStatus.QUEUED,
        token=0,
        created_at=now,
        deadline=now + automaton.plan.definition.timeout,
        due_at=now,
        awaited=awaited,
        order_key=keys.order,
        quarantine_key=keys.quarantine,
    )


def inbound_entry(
    event: Event, run: Run, request: InboundRequest, answered: LoggedAnswer | None = None
) -> RequestEntry:
    """The request log's entry of a request that became an event: it bears the event's id."""
    return RequestEntry(
        id=event.id,
        tenant=event.tenant,
        direction="in",
        method=event.method,
        url=event.path,
        started_at=event.received_at,
        request_headers=event.headers,
        status=answered.status if answered else None,
        response_headers=answered.headers if answered else None,
        response_body=answered.body if answered else None,
        duration=answered.duration if answered else None,
        automation_id=event.automation_id,
        event_id=event.id,
        run_id=run.id,
        remote_address=request.remote_address,
    )


def unstored_entry(
    tenant: str,
    automation_id: str,
    request: InboundRequest,
    status: int,
    error: str | None,
    masker: Masker,
    now: Milliseconds,
) -> RequestEntry:
    """The request log's entry of a request that became no event, and why."""
    return RequestEntry(
        id=new_id(),
        tenant=tenant,
        direction="in",
        method=request.method,
        url=request.path,
        started_at=now,
        duration=0,
        request_headers=dict(masker.mask_headers(request.headers.items())),
        status=status,
        error=error,
        automation_id=automation_id,
        remote_address=request.remote_address,
    )


def idempotency_key(event: Event, key: str) -> str:
    """A caller's key within its trigger: two shops at `shops/{shop}` may use the same one."""
    return f"{event.method} {event.path} {key}"


def request_hash(event: Event, delivery_id: str | None = None) -> str:
    """Tells whether a repeated idempotency key comes with the same request.

    Of a provider's delivery the id alone counts: its body may say which attempt it is.
    """
    if delivery_id is not None:
        return ""
    query = orjson.dumps(event.query, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(query + b"\n" + event.raw).hexdigest()


def accepted_payload(event: Event, run: Run) -> Mapping[str, str]:
    """What a caller that does not wait is told."""
    return {"status": "accepted", "event_id": event.id, "run_id": run.id}


def held_payload(event: Event, run: Run) -> Mapping[str, str]:
    """What a caller is told that waits for a run which was put into quarantine."""
    return {"status": "held", "event_id": event.id, "run_id": run.id}
