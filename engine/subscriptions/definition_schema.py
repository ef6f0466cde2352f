"""The JSON Schema of what people write of a subscription."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.event_names import FILTER_PATTERN, FILTER_WORDS
from core.header_names import NAMES as HEADER_NAMES

MOST_EVENTS = 100
MOST_IN_SCOPE = 1_000
MOST_HEADERS = 50
LONGEST_NAME = 200
LONGEST_URL = 8_192
LONGEST_HEADER = 8_192

_LINE: Mapping[str, Any] = {
    "type": "string",
    "pattern": r"^[^\u0000-\u001f\u007f]*(?![\s\S])",
    "x-expected": "a text in one line",
}
_SCOPED: Mapping[str, Any] = {
    "type": "array",
    "items": {**_LINE, "minLength": 1, "maxLength": 200},
    "maxItems": MOST_IN_SCOPE,
    "uniqueItems": True,
}

PROPERTIES: Mapping[str, Any] = {
    "name": {**_LINE, "maxLength": LONGEST_NAME, "description": "What people call it."},
    "url": {
        **_LINE,
        "minLength": 1,
        "maxLength": LONGEST_URL,
        "description": "The endpoint, which gets a POST for each event. A template: "
        "`<secrets.NAME>` may stand in it, and what the message holds, percent-encoded.",
    },
    "events": {
        "type": "array",
        "minItems": 1,
        "maxItems": MOST_EVENTS,
        "uniqueItems": True,
        "items": {
            "type": "string",
            "pattern": FILTER_PATTERN,
            "x-expected": FILTER_WORDS,
        },
        "description": "The types of events, by name or by pattern: `run.failed`, `run.*`, `*`.",
    },
    "scope": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "automations": {**_SCOPED, "description": "Ids of automations."},
            "tags": {**_SCOPED, "description": "Tags of automations."},
        },
        "description": "Only events about one of these automations, or about one with one of these "
        "tags. Without it, events about anything.",
    },
    "payload": {
        "type": ["object", "array", "string"],
        "description": "A template of the body. Without it the message is sent as it is.",
    },
    "headers": {
        "type": "object",
        "maxProperties": MOST_HEADERS,
        "propertyNames": HEADER_NAMES,
        "additionalProperties": {
            "type": "string",
            "maxLength": LONGEST_HEADER,
        },
        "description": "Header fields to send beside those of the signature. Templates, in which "
        "`<secrets.NAME>` may stand.",
    },
    "enabled": {"type": "boolean", "description": "Whether it is told of events."},
}
"""The members of a subscription that people write."""

REMOVABLE = ("scope", "payload", "headers")
"""Members that a change takes away by saying null."""

EXAMPLE: Mapping[str, Any] = {
    "name": "Billing",
    "url": "https://billing.example/hooks/penstock",
    "events": ["run.failed", "run.halted"],
    "scope": {"automations": ["partner-sync"], "tags": ["billing"]},
    "payload": {"text": "<data.automation_name>: <data.error>"},
    "headers": {"Authorization": "Bearer <secrets.BILLING_TOKEN>"},
}

DEFINITION_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["url", "events"],
    "additionalProperties": False,
    "properties": dict(PROPERTIES),
}
"""A whole subscription."""


def _removable(member: Mapping[str, Any]) -> dict[str, Any]:
    kinds = member["type"] if isinstance(member["type"], list) else [member["type"]]
    return {**member, "type": [*kinds, "null"]}


def _changing(name: str, member: Mapping[str, Any]) -> Mapping[str, Any]:
    if name not in REMOVABLE:
        return member
    changed = _removable(member)
    if name == "headers":
        changed["additionalProperties"] = _removable(member["additionalProperties"])
    return changed


CHANGE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {name: _changing(name, member) for name, member in PROPERTIES.items()},
}
"""A change (JSON Merge Patch, RFC 7396): what it does not name stays, null takes away."""
