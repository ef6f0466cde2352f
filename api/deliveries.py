"""Deliveries: looked at, and sent again."""

from __future__ import annotations

from typing import Any

from api.operations import Body, Call, Operation, Parameter, Success
from api.parameters import ID_SCHEMA, PAGING, list_query, moment_parameter
from api.schemas import component, page_schema, record
from api.subscriptions import optional_time
from core.clock import from_rfc3339, to_rfc3339
from core.errors import Fault, InvalidError
from core.event_names import NAME_PATTERN, NAME_WORDS
from core.subscriptions import Delivery, DeliveryAttempt, DeliveryFilter, DeliveryStatus
from engine.replies import JsonReply
from engine.service import Service
from engine.subscriptions.deliveries import MOST_REPLAYED, DeliveryDetail

_LIST_PATH = "/api/v1/deliveries"
_PATH = f"{_LIST_PATH}/{{delivery_id}}"
_ID = Parameter("delivery_id", "path", "The delivery's id.", ID_SCHEMA)
_TYPE_SCHEMA = {"type": "string", "pattern": NAME_PATTERN, "x-expected": NAME_WORDS}
_FILTERS = (
    Parameter("subscription", "query", "Only those of this subscription.", ID_SCHEMA),
    Parameter(
        "status",
        "query",
        "Only those in this state.",
        {"type": "string", "enum": list(DeliveryStatus)},
        DeliveryStatus,
    ),
    Parameter("event_type", "query", "Only those of this type of event.", _TYPE_SCHEMA),
    moment_parameter("since", "Only those made at this moment or later."),
    moment_parameter("until", "Only those made before this moment."),
)
_ENDED = [DeliveryStatus.DEAD, DeliveryStatus.DELIVERED]
_REPLAY_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "subscription": {**ID_SCHEMA, "description": "Only those of this subscription."},
        "status": {
            "enum": _ENDED,
            "default": DeliveryStatus.DEAD,
            "description": "Dead letters, or what was delivered.",
        },
        "event_type": {**_TYPE_SCHEMA, "description": "Only those of this type of event."},
        "since": {
            "type": "string",
            "format": "date-time",
            "description": "Only those made at this moment or later.",
        },
        "until": {
            "type": "string",
            "format": "date-time",
            "description": "Only those made before this moment.",
        },
    },
}
_REPLAYED = record(
    {
        "replayed": {"type": "integer", "minimum": 0, "maximum": MOST_REPLAYED},
        "more": {"type": "boolean", "description": "Whether the same call would send others."},
    }
)


def delivery_row(delivery: Delivery) -> dict[str, Any]:
    """A delivery as a list shows it."""
    return {
        "id": delivery.id,
        "subscription_id": delivery.subscription_id,
        "event_id": delivery.event_id,
        "event_type": delivery.event_type,
        "automation_id": delivery.automation_id,
        "status": delivery.status,
        "tries": delivery.tries,
        "error": delivery.error,
        "created_at": to_rfc3339(delivery.created_at),
        "due_at": optional_time(delivery.due_at),
        "finished_at": optional_time(delivery.finished_at),
    }


def delivery_json(detail: DeliveryDetail) -> dict[str, Any]:
    """A delivery with its message and its attempts."""
    return {
        **delivery_row(detail.delivery),
        "message": detail.message,
        "attempts": [_attempt_json(one) for one in detail.delivery.attempts],
    }


def _attempt_json(attempt: DeliveryAttempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "started_at": to_rfc3339(attempt.started_at),
        "duration_ms": attempt.duration,
        "outcome": attempt.outcome,
        "status": attempt.status,
        "reason": attempt.reason,
        "request_id": attempt.request_id,
    }


def _list(service: Service, call: Call) -> JsonReply:
    asked = call.query
    which = DeliveryFilter(
        asked["subscription"], asked["status"], asked["event_type"], asked["since"], asked["until"]
    )
    page = service.deliveries.list(call.tenant, which, list_query(call))
    return JsonReply(200, {"items": [delivery_row(one) for one in page.items], "next": page.next})


def _get(service: Service, call: Call) -> JsonReply:
    detail = service.deliveries.get(call.tenant, call.path["delivery_id"])
    return JsonReply(200, delivery_json(detail))


def _replay(service: Service, call: Call) -> JsonReply:
    again = service.deliveries.replay(call.tenant, call.path["delivery_id"])
    return JsonReply(202, delivery_row(again))


def _replay_all(service: Service, call: Call) -> JsonReply:
    asked = call.body
    which = DeliveryFilter(
        subscription_id=asked.get("subscription"),
        status=DeliveryStatus(asked.get("status", DeliveryStatus.DEAD)),
        event_type=asked.get("event_type"),
        since=_moment(asked, "since"),
        until=_moment(asked, "until"),
    )
    replayed = service.deliveries.replay_all(call.tenant, which)
    return JsonReply(202, {"replayed": replayed.count, "more": replayed.more})


def _moment(body: dict[str, Any], name: str) -> int | None:
    """A moment in a body. Raises InvalidError."""
    if name not in body:
        return None
    try:
        return from_rfc3339(body[name])
    except (ValueError, OverflowError):
        words = "must be a moment such as 2026-11-21T09:30:00Z"
        raise InvalidError("the request has faults", [Fault(f"$.{name}", words)]) from None


OPERATIONS = (
    Operation(
        id="list_deliveries",
        method="GET",
        path=_LIST_PATH,
        scope="read",
        summary="List the deliveries",
        description="The newest first, without their messages and attempts.",
        handle=_list,
        parameters=(*_FILTERS, *PAGING),
        successes=(Success(200, "A page of deliveries.", page_schema(component("DeliveryRow"))),),
    ),
    Operation(
        id="get_delivery",
        method="GET",
        path=_PATH,
        scope="read",
        summary="Read a delivery with its message and every attempt",
        handle=_get,
        parameters=(_ID,),
        successes=(Success(200, "The delivery.", component("Delivery")),),
    ),
    Operation(
        id="replay_delivery",
        method="POST",
        path=f"{_PATH}/replay",
        scope="write",
        summary="Send a delivery again",
        description="At once, with the same `webhook-id` and a fresh signature. One that waits for "
        "its next attempt is sent now.",
        handle=_replay,
        parameters=(_ID,),
        successes=(Success(202, "It is on its way.", component("DeliveryRow")),),
        problems=(409,),
    ),
    Operation(
        id="replay_deliveries",
        method="POST",
        path=f"{_LIST_PATH}/replay",
        scope="write",
        summary="Send many deliveries again",
        description=f"The dead letters, or what else the filter names; {MOST_REPLAYED:,} in a call "
        "at most. What belongs to a disabled subscription is left out.",
        handle=_replay_all,
        body=Body("Which of them.", _REPLAY_SCHEMA, {"status": "dead"}, required=False),
        successes=(Success(202, "How many are on their way.", _REPLAYED),),
        problems=(404, 409),
    ),
)
