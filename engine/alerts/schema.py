"""The JSON Schema of `settings.alerts`: when an automation's admins are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOST_FAILURES = 1_000
MOST_NOTIFIED = 20
DEFAULT_WITHIN = "1h"
DEFAULT_AT_LEAST = 10
LONGEST = "30d"
"""No window and no silence is longer."""
SHORTEST = "1m"
"""None is shorter: it is looked every 15 s, and a restart of Penstock takes as long."""


def alerts_schema(duration: Mapping[str, Any]) -> dict[str, Any]:
    """The schema, with that of a duration in it."""
    bounded = {
        **duration,
        "x-expected": f"a duration from {SHORTEST} to {LONGEST}; write it like 15m, 2h or 1d",
    }
    return {
        "type": "object",
        "title": "Alerts",
        "description": "When admins are told that this automation is in trouble, and again when "
        "that is over.",
        "additionalProperties": False,
        "properties": {
            "failures": _failures(bounded),
            "failure_rate": _failure_rate(bounded),
            "silence": _silence(bounded),
            "notify": _NOTIFY,
        },
    }


def _failures(duration: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "title": "Alert after failures",
        "description": "When so many runs failed or were halted within a time.",
        "required": ["count"],
        "additionalProperties": False,
        "properties": {
            "count": {
                "type": "integer",
                "title": "Failures",
                "description": "How many runs have to go wrong.",
                "minimum": 1,
                "maximum": MOST_FAILURES,
                "examples": [5],
                "x-expected": f"a whole number from 1 to {MOST_FAILURES}",
            },
            "within": {
                **duration,
                "title": "Within",
                "description": "How far back they are counted.",
                "default": DEFAULT_WITHIN,
            },
        },
    }


def _failure_rate(duration: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "title": "Alert on a failure rate",
        "description": "When so large a share of the runs that ended within a time went wrong.",
        "required": ["percent"],
        "additionalProperties": False,
        "properties": {
            "percent": {
                "type": "number",
                "title": "Percent",
                "description": "The share of failed and halted runs; cancelled ones do not count.",
                "exclusiveMinimum": 0,
                "maximum": 100,
                "examples": [50],
                "x-expected": "a number above 0, up to 100",
            },
            "within": {
                **duration,
                "title": "Within",
                "description": "How far back runs are counted. More than 15 minutes are counted "
                "in whole quarters of an hour.",
                "default": DEFAULT_WITHIN,
            },
            "at_least": {
                "type": "integer",
                "title": "Runs at least",
                "description": "With fewer runs than this nothing is said.",
                "minimum": 1,
                "maximum": 1_000_000,
                "default": DEFAULT_AT_LEAST,
                "x-expected": "a whole number from 1 to 1000000",
            },
        },
    }


def _silence(duration: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "title": "Alert on silence",
        "description": "When no event came for a time.",
        "required": ["for"],
        "additionalProperties": False,
        "properties": {
            "for": {
                **duration,
                "title": "No event for",
                "description": "How long it has to be quiet. Times in which Penstock was down, or "
                "the automation disabled, do not count.",
                "examples": ["2h"],
            },
        },
    }


_NOTIFY: dict[str, Any] = {
    "type": "array",
    "title": "Notify",
    "description": "Secrets that hold Apprise URLs (mail, chat, …), which are notified besides "
    "the inbox of every admin.",
    "maxItems": MOST_NOTIFIED,
    "uniqueItems": True,
    "items": {
        "type": "string",
        "pattern": r"^[A-Za-z_][A-Za-z0-9_]{0,63}$",
        "x-expected": "the name of a secret",
        "x-widget": "secret-name",
    },
    "examples": [["OPS_CHAT"]],
    "x-widget": "secret-names",
}
