"""The JSON Schemas of automations as the API shows and takes them."""

from __future__ import annotations

from typing import Any

from api.schemas import FAULTS, OPTIONAL_TIME, TEXT, TIME, record
from core.spec import JsonSchema

DOCUMENT: JsonSchema = {
    "type": "object",
    "description": "The document, `penstock/1`. A draft may have faults.",
    "externalDocs": {
        "description": "The JSON Schema of a document without faults.",
        "url": "/api/v1/schema",
    },
}

DOCUMENT_EXAMPLE: dict[str, Any] = {
    "format": "penstock/1",
    "name": "Answer an order",
    "trigger": {
        "type": "webhook",
        "with": {"path": "orders", "respond": "step"},
        "next": ["answer"],
    },
    "steps": [
        {
            "id": "answer",
            "action": "respond",
            "with": {"status": 200, "body": {"order": "<order.id>"}},
        }
    ],
}

_OPTIONAL_DOCUMENT = {**DOCUMENT, "type": ["object", "null"]}

_LISTED_MEMBERS = {
    "id": TEXT,
    "name": TEXT,
    "version": {
        "type": ["integer", "null"],
        "description": "The number of the live version; null before the first is published.",
    },
    "revision": {
        "type": "integer",
        "description": "Counts every change; in quotes it is the `ETag`.",
    },
    "enabled": {"type": "boolean", "description": "Whether its trigger takes events."},
    "draft": {**_OPTIONAL_DOCUMENT, "description": "What publish would make live, or null."},
    "published": {**_OPTIONAL_DOCUMENT, "description": "The live version's document, or null."},
    "next_tick_at": {
        **OPTIONAL_TIME,
        "description": "When its schedule starts it next; null where none does.",
    },
    "created_at": TIME,
    "updated_at": TIME,
}

ACCEPTED = record({"status": {"const": "accepted"}, "event_id": TEXT, "run_id": TEXT})

FIELDS = {"description": "The event's body: for the trigger `manual`, the fields of its form."}

SCHEMAS = {
    "ListedAutomation": record(_LISTED_MEMBERS, "An automation."),
    "Automation": record(
        {
            **_LISTED_MEMBERS,
            "faults": {**FAULTS, "description": "What keeps the draft from being published."},
        },
        "An automation, and the faults of its draft.",
    ),
    "Version": record(
        {"version": {"type": "integer"}, "document": DOCUMENT, "published_at": TIME},
        "What was published once, and never changes.",
    ),
}
