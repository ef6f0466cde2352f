"""Makes the things tests talk about, each with sensible values for what a test leaves out."""

from __future__ import annotations

from itertools import count
from typing import Any

from core.clock import Milliseconds
from core.model import Automation, Event, RequestEntry, Run, StepRun
from core.states import RunStatus, StepStatus

NOW = 1_800_000_000_000
"""A moment in 2027, in milliseconds."""

_numbers = count()


def id_at(moment: Milliseconds) -> str:
    """An id as one made at this moment has it, later than every one made before for it."""
    digits = f"{moment:012x}7000{0x8000_0000_0000_0000 + next(_numbers):016x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def make_event(**changes: Any) -> Event:
    values: dict[str, Any] = {
        "id": id_at(changes.get("received_at", NOW)),
        "tenant": "acme",
        "automation_id": "orders",
        "type": "webhook",
        "received_at": NOW,
        "method": "POST",
        "path": "/hooks/acme/orders",
        "query": {},
        "headers": {"content-type": "application/json"},
        "params": {},
        "body": {"order": {"id": 7}},
        "raw": b'{"order":{"id":7}}',
        "is_json": True,
    }
    return Event(**{**values, **changes})


def make_run(event: Event | None = None, **changes: Any) -> Run:
    event = event or make_event()
    values: dict[str, Any] = {
        "id": id_at(changes.get("created_at", NOW)),
        "tenant": event.tenant,
        "automation_id": event.automation_id,
        "version": 1,
        "event_id": event.id,
        "status": RunStatus.QUEUED,
        "token": 0,
        "created_at": NOW,
        "deadline": NOW + 86_400_000,
        "due_at": NOW,
    }
    return Run(**{**values, **changes})


def make_step_run(step_id: str = "sync", **changes: Any) -> StepRun:
    values: dict[str, Any] = {
        "status": StepStatus.SUCCEEDED,
        "port": "success",
        "output": {"status": 200},
        "started_at": NOW,
        "finished_at": NOW + 5,
    }
    return StepRun(step_id, **{**values, **changes})


def make_automation(**changes: Any) -> Automation:
    values: dict[str, Any] = {
        "tenant": "acme",
        "id": "orders",
        "name": "Orders",
        "enabled": True,
        "draft": make_document(),
        "revision": 1,
        "published": None,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Automation(**{**values, **changes})


def make_request_entry(**changes: Any) -> RequestEntry:
    values: dict[str, Any] = {
        "id": id_at(changes.get("started_at", NOW)),
        "tenant": "acme",
        "direction": "out",
        "method": "POST",
        "url": "https://partner.example/sync",
        "started_at": NOW,
        "request_headers": {"accept": "*/*"},
        "request_body": b"{}",
        "status": 200,
        "response_headers": {"content-type": "application/json"},
        "response_body": b'{"ok":true}',
        "duration": 12,
    }
    return RequestEntry(**{**values, **changes})


def make_document(*steps: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An automation document; without steps, one that answers."""
    steps = steps or (step("answer", "respond", {"status": 200, "body": {"ok": True}}),)
    document: dict[str, Any] = {
        "format": "penstock/1",
        "name": "Orders",
        "trigger": {"type": "webhook", "with": {"path": "orders"}, "next": [steps[0]["id"]]},
        "steps": list(steps),
    }
    return {**document, **changes}


def on_schedule(configuration: dict[str, Any], *steps: dict[str, Any]) -> dict[str, Any]:
    """A document that the clock starts; without steps, one that notes the tick."""
    noted = {"values": {"at": "<scheduled_at>", "missed": "<missed>"}}
    steps = steps or (step("note", "set-values", noted),)
    trigger = {"type": "schedule", "with": configuration, "next": [steps[0]["id"]]}
    return make_document(*steps, name="Nightly", trigger=trigger)


def step(step_id: str, action: str, configuration: dict[str, Any], **rest: Any) -> dict[str, Any]:
    """A step of a document."""
    return {"id": step_id, "action": action, "with": configuration, **rest}


def send(step_id: str, url: str, **rest: Any) -> dict[str, Any]:
    """A `send-webhook` step; `with` holds further configuration."""
    configuration = {"url": url, **rest.pop("with_", {})}
    return step(step_id, "send-webhook", configuration, **rest)
