"""The events that tell of alerts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.alerts import Alert, AlertRule
from core.clock import to_rfc3339
from engine.events.types import EventType, data_schema

RAISED = "alert.raised"
RESOLVED = "alert.resolved"

_PROPERTIES: Mapping[str, Any] = {
    "alert_id": {"type": "string", "description": "The alert's id."},
    "automation_id": {"type": "string", "description": "The automation it is about."},
    "automation_name": {"type": "string", "description": "The automation's name."},
    "rule": {"enum": list(AlertRule), "description": "Which of its rules."},
    "seen": {"type": "string", "description": "Why it was raised, in words."},
    "raised_at": {"type": "string", "format": "date-time", "description": "Since when."},
    "resolved_at": {
        "type": ["string", "null"],
        "format": "date-time",
        "description": "Until when.",
    },
    "ended": {"type": ["string", "null"], "description": "Why it is over, in words."},
}


def _type(name: str, title: str, description: str, *, over: bool) -> EventType:
    example = {
        "alert_id": "0192e4a0-7b1c-7abc-8def-0123456789ab",
        "automation_id": "partner-sync",
        "automation_name": "Sync partner on order",
        "rule": AlertRule.FAILURES.value,
        "seen": "5 runs of Sync partner on order failed within 1 h; the last: sync: the partner "
        "answered 500",
        "raised_at": "2026-11-21T09:30:00.000Z",
        "resolved_at": "2026-11-21T10:31:00.000Z" if over else None,
        "ended": "No run of Sync partner on order failed within 1 h any more." if over else None,
    }
    return EventType(name, 1, title, description, data_schema(_PROPERTIES), example)


ALERT_EVENTS = (
    _type(
        RAISED,
        "An alert is raised",
        "An automation fails too often, or no event comes for it any more.",
        over=False,
    ),
    _type(
        RESOLVED,
        "An alert is over",
        "What an alert was raised for does not hold any more.",
        over=True,
    ),
)


def alert_data(alert: Alert) -> Mapping[str, Any]:
    """The data of an event about an alert as it stands now."""
    return {
        "alert_id": alert.id,
        "automation_id": alert.automation_id,
        "automation_name": alert.automation_name,
        "rule": alert.rule.value,
        "seen": alert.seen,
        "raised_at": to_rfc3339(alert.raised_at),
        "resolved_at": None if alert.resolved_at is None else to_rfc3339(alert.resolved_at),
        "ended": alert.ended,
    }
