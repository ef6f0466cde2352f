"""The JSON Schemas of subscriptions and deliveries as the API shows them."""

from __future__ import annotations

from api.schemas import (
    ANY,
    OPTIONAL_NUMBER,
    OPTIONAL_TEXT,
    OPTIONAL_TIME,
    TEXT,
    TEXTS_BY_NAME,
    TIME,
    component,
    list_of,
    record,
)
from core.subscriptions import AttemptOutcome, DeliveryStatus
from engine.subscriptions.service import MOST_COUNTED

_COUNT = {"type": "integer", "minimum": 0, "maximum": MOST_COUNTED}
_SUBSCRIPTION_MEMBERS = {
    "id": TEXT,
    "name": TEXT,
    "url": TEXT,
    "events": list_of(TEXT),
    "scope": record({"automations": list_of(TEXT), "tags": list_of(TEXT)}),
    "payload": ANY,
    "headers": TEXTS_BY_NAME,
    "enabled": {"type": "boolean"},
    "disabled_because": {**OPTIONAL_TEXT, "description": "Why Penstock disabled it."},
    "failing_since": {**OPTIONAL_TIME, "description": "The first failure after a success."},
    "last_success_at": OPTIONAL_TIME,
    "pending": {**_COUNT, "description": f"Deliveries on their way, counted to {MOST_COUNTED}."},
    "dead": {**_COUNT, "description": f"Dead letters, counted to {MOST_COUNTED}."},
    "previous_secret_until": {
        **OPTIONAL_TIME,
        "description": "Until when the secret before the last rotation signs, too.",
    },
    "created_at": TIME,
    "updated_at": TIME,
}
_SECRET = {**TEXT, "description": "What it signs with, `whsec_…`; shown only here."}

_DELIVERY_MEMBERS = {
    "id": {**TEXT, "description": "The `webhook-id` of every attempt."},
    "subscription_id": TEXT,
    "event_id": TEXT,
    "event_type": TEXT,
    "automation_id": OPTIONAL_TEXT,
    "status": {"enum": list(DeliveryStatus)},
    "tries": {"type": "integer", "description": "Attempts since it was made or replayed."},
    "error": {**OPTIONAL_TEXT, "description": "Why the last attempt failed."},
    "created_at": TIME,
    "due_at": {**OPTIONAL_TIME, "description": "When it is sent next."},
    "finished_at": OPTIONAL_TIME,
}
_ATTEMPT = record(
    {
        "number": {"type": "integer", "minimum": 1},
        "started_at": TIME,
        "duration_ms": {"type": "integer"},
        "outcome": {"enum": list(AttemptOutcome)},
        "status": {**OPTIONAL_NUMBER, "description": "What the endpoint answered."},
        "reason": OPTIONAL_TEXT,
        "request_id": {**OPTIONAL_TEXT, "description": "Its entry in the request log."},
    },
    "One try of a delivery.",
)

SCHEMAS = {
    "Subscription": record(_SUBSCRIPTION_MEMBERS, "A standing order to send events."),
    "NewSubscription": record(
        {**_SUBSCRIPTION_MEMBERS, "secret": _SECRET}, "A subscription with its new secret."
    ),
    "TestAnswer": record(
        {
            "delivered": {"type": "boolean", "description": "Whether a 2xx came back."},
            "reason": OPTIONAL_TEXT,
            "request": {"anyOf": [component("Request"), {"type": "null"}]},
        },
        "What came of a test; the request is in the request log, too.",
    ),
    "DeliveryAttempt": _ATTEMPT,
    "DeliveryRow": record(_DELIVERY_MEMBERS, "An event on its way, without the message."),
    "Delivery": record(
        {
            **_DELIVERY_MEMBERS,
            "message": {
                "type": "object",
                "description": "The message that is sent, or that the payload is made of.",
            },
            "attempts": list_of(component("DeliveryAttempt")),
        },
        "An event on its way to a subscription.",
    ),
    "EventType": record(
        {
            "name": TEXT,
            "version": {"type": "integer"},
            "title": TEXT,
            "description": TEXT,
            "schema": {"type": "object", "description": "The JSON Schema of its data."},
            "example": {"type": "object", "description": "An example of its data."},
        },
        "A type of event that Penstock announces of itself.",
    ),
}
