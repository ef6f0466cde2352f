"""What a schedule takes in `with`, and what its ticks give."""

from __future__ import annotations

from typing import Any

from core.duration import PATTERN
from triggers.schedules.moments import EXAMPLE
from triggers.schedules.zones import UTC

ALTERNATIVES: dict[str, list[str]] = {"cron": ["timezone"], "every": ["from"], "at": []}
"""The ways to say when, each with what goes with it."""

SCHEDULE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "x-alternatives": ALTERNATIVES,
    "properties": {
        "cron": {
            "title": "Cron expression",
            "description": "Minute, hour, day of the month, month and day of the week.",
            "type": "string",
            "minLength": 1,
            "maxLength": 200,
            "examples": ["0 9 * * mon-fri", "*/15 * * * *", "30 2 L * *"],
        },
        "timezone": {
            "title": "Time zone",
            "description": "Whose local time a cron expression means: a name of the IANA database.",
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
            "default": UTC,
            "examples": ["Europe/Berlin"],
            "x-widget": "time-zone",
        },
        "every": {
            "title": "Interval",
            "description": "How long it is from one tick to the next; 1s to 366d.",
            "type": "string",
            "pattern": PATTERN,
            "x-expected": "a duration; write it like 30s, 15m or 1h30m",
            "examples": ["15m"],
            "x-widget": "duration",
        },
        "from": {
            "title": "First tick",
            "description": "The moment from which an interval is counted, with its offset from "
            "UTC. Without it, the first tick comes one interval after the automation is published.",
            "type": "string",
            "maxLength": 100,
            "examples": ["2026-12-01T06:00:00+01:00"],
            "x-widget": "moment",
        },
        "at": {
            "title": "Moment",
            "description": "The one moment at which it starts, with its offset from UTC.",
            "type": "string",
            "maxLength": 100,
            "examples": [EXAMPLE],
            "x-widget": "moment",
        },
        "missed": {
            "title": "After a stop",
            "description": "once: one tick stands for all that came while nothing ran, and says "
            "how many they were. skip: it goes on with the next tick.",
            "type": "string",
            "enum": ["once", "skip"],
            "default": "once",
            "examples": ["skip"],
        },
        "overlap": {
            "title": "While an earlier run goes on",
            "description": "allow: a tick starts a run all the same. skip: it is left out.",
            "type": "string",
            "enum": ["allow", "skip"],
            "default": "allow",
            "examples": ["skip"],
        },
    },
}

_MOMENT = {"type": "string", "format": "date-time", "examples": ["2026-12-24T17:00:00.000Z"]}

SCHEDULE_OUTPUT: dict[str, Any] = {
    "type": "object",
    "description": "The event, as trigger.<name>.",
    "required": ["body"],
    "properties": {
        "body": {
            "type": "object",
            "description": "The tick.",
            "required": ["scheduled_at", "fired_at", "missed"],
            "properties": {
                "scheduled_at": {**_MOMENT, "description": "The moment the schedule names."},
                "fired_at": {**_MOMENT, "description": "When it was done."},
                "missed": {
                    "type": "integer",
                    "description": "0 for a tick in time; else how many missed ticks this one "
                    "stands for, itself among them; counted up to 10000.",
                    "examples": [0],
                },
            },
        },
        "received_at": {"type": "string", "format": "date-time"},
        "event_id": {"type": "string"},
        "type": {"type": "string", "examples": ["schedule"]},
    },
}
