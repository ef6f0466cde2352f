"""What a tenant's settings say of how long things are kept, and how many of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.clock import Milliseconds
from core.retention import Kept
from engine.settings_patch import merge_patch

DAY: Milliseconds = 86_400_000
LONGEST_DAYS = 36_500
LARGEST = 10**12

_TITLES = {
    Kept.RUNS: "Runs",
    Kept.REQUESTS: "Request log",
    Kept.DELIVERIES: "Deliveries",
    Kept.AUDIT: "Audit log",
    Kept.INBOX: "Messages in the inbox",
}
_DEFAULTS = {
    Kept.RUNS: (30, 1_000_000),
    Kept.REQUESTS: (30, 2_000_000),
    Kept.DELIVERIES: (30, 1_000_000),
    Kept.AUDIT: (365, 1_000_000),
    Kept.INBOX: (90, 100_000),
}


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How old something may grow, and how much of it there may be; None is without an end."""

    age: Milliseconds | None
    most: int | None


def retention_rules(settings: Mapping[str, Any]) -> Mapping[Kept, RetentionRule]:
    """The rules of a tenant, from settings as they are stored or with their defaults filled in."""
    given = merge_patch(RETENTION_DEFAULTS, settings)["retention"]
    return {kind: _rule(given[kind]) for kind in Kept}


def _rule(part: Mapping[str, int]) -> RetentionRule:
    days, most = part["days"], part["most"]
    return RetentionRule(days * DAY if days else None, most or None)


def _schema(kind: Kept) -> dict[str, Any]:
    days, most = _DEFAULTS[kind]
    return {
        "type": "object",
        "title": _TITLES[kind],
        "additionalProperties": False,
        "properties": {
            "days": {
                "type": "integer",
                "title": "days",
                "description": "How many days they are kept. 0: however old they are.",
                "minimum": 0,
                "maximum": LONGEST_DAYS,
                "default": days,
            },
            "most": {
                "type": "integer",
                "title": "most",
                "description": "How many are kept, the newest. 0: however many there are.",
                "minimum": 0,
                "maximum": LARGEST,
                "default": most,
            },
        },
    }


_ALERT_DAYS: dict[str, Any] = {
    "type": "integer",
    "title": "Alerts: days",
    "description": "How many days an alert that is over stays on the page Alerts.",
    "minimum": 1,
    "maximum": 3650,
    "default": 90,
}

RETENTION_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "How long the past is kept",
    "description": "What is older, or more, is deleted for good within a few minutes. What has not "
    "ended stays in any case, and so does what something needs that goes on.",
    "additionalProperties": False,
    "properties": {**{kind.value: _schema(kind) for kind in Kept}, "alert_days": _ALERT_DAYS},
}

RETENTION_DEFAULTS: Mapping[str, Any] = {
    "retention": {
        **{kind.value: {"days": days, "most": most} for kind, (days, most) in _DEFAULTS.items()},
        "alert_days": _ALERT_DAYS["default"],
    }
}
