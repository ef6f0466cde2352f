"""The events that tell of keys that are held, and of those that are released."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.clock import Milliseconds, to_rfc3339
from core.event_keys import EventKey
from engine.events.types import EventType, data_schema

HELD = "quarantine.held"
RELEASED = "quarantine.released"

_KEY: Mapping[str, Any] = {
    "automation_id": {"type": "string", "description": "The automation's id."},
    "automation_name": {"type": "string", "description": "The automation's name."},
    "key": {"type": "string", "description": "The key whose events it is about."},
}
_KEY_EXAMPLE = {
    "automation_id": "partner-sync",
    "automation_name": "Sync partner on order",
    "key": "C-17",
}

QUARANTINE_EVENTS = (
    EventType(
        HELD,
        1,
        "A key was put into quarantine",
        "Runs of a key failed one after another; its events are held from now on.",
        data_schema(
            {
                **_KEY,
                "after": {"type": "integer", "description": "How many failed in a row."},
                "run_id": {"type": "string", "description": "The run that failed last."},
                "error": {"type": ["string", "null"], "description": "Why, in words."},
                "held_at": {
                    "type": "string",
                    "format": "date-time",
                    "description": "Since when its events are held.",
                },
            }
        ),
        {
            **_KEY_EXAMPLE,
            "after": 3,
            "run_id": "0192e4a0-7b1c-7abc-8def-0123456789ab",
            "error": "sync: the partner answered 500",
            "held_at": "2026-11-21T09:30:00.000Z",
        },
    ),
    EventType(
        RELEASED,
        1,
        "A key was released from quarantine",
        "Somebody let the held events of a key go on.",
        data_schema(
            {
                **_KEY,
                "released": {"type": "integer", "description": "How many events were held."},
                "replayed": {
                    "type": "integer",
                    "description": "How many failed runs are repeated before them.",
                },
            }
        ),
        {**_KEY_EXAMPLE, "released": 12, "replayed": 3},
    ),
)


def held_data(
    key: EventKey,
    automation_name: str,
    after: int,
    run_id: str,
    error: str | None,
    held_at: Milliseconds,
) -> Mapping[str, Any]:
    """The data of `quarantine.held`; a secret in the key stands masked."""
    return {
        **_named(key, automation_name),
        "after": after,
        "run_id": run_id,
        "error": error,
        "held_at": to_rfc3339(held_at),
    }


def released_data(
    key: EventKey, automation_name: str, released: int, replayed: int
) -> Mapping[str, Any]:
    """The data of `quarantine.released`; a secret in the key stands masked."""
    return {**_named(key, automation_name), "released": released, "replayed": replayed}


def _named(key: EventKey, automation_name: str) -> Mapping[str, Any]:
    return {
        "automation_id": key.automation_id,
        "automation_name": automation_name,
        "key": key.key,
    }
