"""The events that tell of endpoints which fail, and which are well again."""

from __future__ import annotations

from engine.events.types import EventType, data_schema

OPENED = "endpoint.opened"
CLOSED = "endpoint.closed"

_ORIGIN = {"type": "string", "description": "Scheme, host and port; masked where it is a secret."}
_AUTOMATIONS = {
    "type": "array",
    "items": {"type": "string"},
    "description": "The ids of the automations that called it last.",
}
_TIME = {"type": "string", "format": "date-time"}

ENDPOINT_EVENTS = (
    EventType(
        OPENED,
        1,
        "An endpoint fails",
        "So many requests to an endpoint failed that it is left alone for a while.",
        data_schema(
            {
                "endpoint": _ORIGIN,
                "requests": {"type": "integer", "description": "How many ended lately."},
                "failures": {"type": "integer", "description": "How many of them failed."},
                "last_failure": {
                    "type": ["string", "null"],
                    "description": "How the last one failed.",
                },
                "open_until": {**_TIME, "description": "When it is tried again."},
                "automations": _AUTOMATIONS,
            }
        ),
        {
            "endpoint": "https://partner.example",
            "requests": 10,
            "failures": 8,
            "last_failure": "no answer in time",
            "open_until": "2026-11-21T09:30:30.000Z",
            "automations": ["partner-sync"],
        },
    ),
    EventType(
        CLOSED,
        1,
        "An endpoint is well again",
        "An endpoint that had failed has answered again, or somebody said that it would.",
        data_schema(
            {
                "endpoint": _ORIGIN,
                "failing_since": {**_TIME, "description": "When it was first left alone."},
                "automations": _AUTOMATIONS,
            }
        ),
        {
            "endpoint": "https://partner.example",
            "failing_since": "2026-11-21T09:30:00.000Z",
            "automations": ["partner-sync"],
        },
    ),
)
