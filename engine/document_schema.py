"""The JSON Schema (2020-12) of an automation document, made from the SPECs there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.duration import PATTERN
from core.rates import PATTERN as RATE
from core.rates import WORDS as RATE_WORDS
from engine.alerts.schema import alerts_schema
from engine.document import DEFAULT_AFTER, FORMAT
from engine.registry import Registry

Schema = dict[str, Any]

DURATION: Schema = {
    "type": "string",
    "pattern": PATTERN,
    "x-expected": "a duration; write it like 500ms, 15s or 1h30m",
    "x-widget": "duration",
}
STEP_ID = r"^[a-z][a-z0-9_]{0,63}$"
MOST_STEPS = 1000

_TARGETS: Schema = {
    "description": "The id of the step that follows, or a list of them that run in parallel.",
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    "x-expected": "a step id or a list of step ids",
}

RETRY: Schema = {
    "type": "object",
    "title": "Retry",
    "description": "How often and how far apart a failed attempt is repeated.",
    "additionalProperties": False,
    "properties": {
        "attempts": {
            "type": "integer",
            "minimum": 1,
            "maximum": 100,
            "default": 6,
            "description": "How often it is tried, the first time counted.",
        },
        "initial": {**DURATION, "default": "1s", "description": "The first wait."},
        "factor": {
            "type": "number",
            "minimum": 1,
            "maximum": 100,
            "default": 3,
            "description": "By how much each wait is longer than the one before.",
        },
        "max": {**DURATION, "default": "10m", "description": "No wait is longer."},
        "jitter": {
            "type": "number",
            "minimum": 0,
            "maximum": 1,
            "default": 0.2,
            "description": "The share by which a wait may be shortened at random.",
        },
    },
}

_KEY: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 2_000,
    "examples": ["<customer.id>"],
    "x-template": "text",
}

SETTINGS: Schema = {
    "type": "object",
    "description": "What holds for every run.",
    "additionalProperties": False,
    "properties": {
        "timeout": {
            **DURATION,
            "title": "Time limit of a run",
            "default": "24h",
            "description": "A run that has not ended by then fails.",
        },
        "limit": {
            "type": "string",
            "title": "Limit",
            "description": "How many requests may start it: at its trigger URL, by the generic "
            "channel, by hand and by the API, all together. One too many is answered 429. What "
            "happens inside, such as ticks and events, is not limited.",
            "pattern": RATE,
            "x-expected": RATE_WORDS,
            "examples": ["10/s", "100/m"],
        },
        "order_by": {
            **_KEY,
            "title": "In order by",
            "description": "Events for which this comes to the same run one after another, in the "
            "order in which they came; others at the same time. It sees the event alone.",
        },
        "quarantine": {
            "type": "object",
            "title": "Quarantine",
            "description": "Holds the events of a key whose runs keep failing, in order, until a "
            "person releases them.",
            "additionalProperties": False,
            "properties": {
                "key": {
                    **_KEY,
                    "title": "Key",
                    "description": "What is held together; without it, the key of the order.",
                },
                "after": {
                    "type": "integer",
                    "title": "After failures in a row",
                    "minimum": 1,
                    "maximum": 1_000,
                    "default": DEFAULT_AFTER,
                    "description": "How many runs of a key have to fail, none succeeding between.",
                },
            },
        },
        "alerts": alerts_schema(DURATION),
    },
}

_POSITION: Schema = {
    "type": "object",
    "properties": {"x": {"type": "number"}, "y": {"type": "number"}},
}

_NOTE: Schema = {
    "type": "object",
    "description": "A sticky note on the canvas.",
    "required": ["x", "y", "text"],
    "additionalProperties": False,
    "properties": {
        "x": {"type": "number"},
        "y": {"type": "number"},
        "width": {"type": "number", "minimum": 40, "maximum": 4000},
        "height": {"type": "number", "minimum": 30, "maximum": 4000},
        "text": {"type": "string", "maxLength": 10_000},
        "color": {"type": "string", "enum": ["yellow", "blue", "green", "red", "grey"]},
    },
}


def document_schema(registry: Registry) -> Schema:
    """The whole schema: an editor completes a document with it."""
    schema = frame_schema(registry)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Penstock automation"
    step = schema["properties"]["steps"]["items"]
    step["allOf"] = [
        _when("action", name, action.SPEC.schema) for name, action in registry.actions.items()
    ]
    schema["properties"]["trigger"]["allOf"] = [
        _when("type", name, trigger.SPEC.schema) for name, trigger in registry.triggers.items()
    ]
    return schema


def frame_schema(registry: Registry) -> Schema:
    """The schema of all but what stands in a `with`."""
    return {
        "type": "object",
        "description": "A trigger and the steps that follow it.",
        "required": ["format", "name", "trigger"],
        "additionalProperties": False,
        "properties": {
            "$schema": {"type": "string", "description": "For editors; not read."},
            "format": {"const": FORMAT, "description": "The version of this format."},
            "name": {
                "type": "string",
                "minLength": 1,
                "maxLength": 200,
                "description": "What people call it.",
            },
            "description": {"type": "string", "description": "What it is for."},
            "tags": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Words to find it by.",
            },
            "trigger": _trigger(list(registry.triggers)),
            "steps": {
                "type": "array",
                "maxItems": MOST_STEPS,
                "items": _step(list(registry.actions)),
                "description": "The steps, in any order.",
            },
            "on_failure": {
                **_TARGETS,
                "description": "The steps that begin when a run is about to end as failed or "
                "halted; they tell somebody, and change nothing of its end.",
            },
            "settings": SETTINGS,
            "canvas": {
                "type": "object",
                "additionalProperties": _POSITION,
                "description": "Where the builder draws each step, the trigger (`$trigger`) "
                "and what follows a failure (`$failure`).",
            },
            "notes": {
                "type": "array",
                "maxItems": 200,
                "items": _NOTE,
                "description": "What people wrote on the canvas; nothing is executed by it.",
            },
        },
    }


def _trigger(types: list[str]) -> Schema:
    return {
        "type": "object",
        "description": "What starts the automation.",
        "required": ["type"],
        "additionalProperties": False,
        "properties": {
            "type": {"type": "string", "enum": types, "description": "The kind of trigger."},
            "with": {"type": "object", "description": "Its configuration."},
            "next": _TARGETS,
        },
    }


def _step(actions: list[str]) -> Schema:
    return {
        "type": "object",
        "description": "A node of the graph.",
        "required": ["id", "action"],
        "additionalProperties": False,
        "properties": {
            "id": {
                "type": "string",
                "pattern": STEP_ID,
                "x-expected": "a step id: a small letter, then small letters, digits and _, "
                "64 at most",
                "description": "Its name in references: `steps.<id>`.",
            },
            "name": {"type": "string", "maxLength": 200, "description": "What people call it."},
            "action": {
                "type": "string",
                "enum": actions,
                "description": "The kind of step.",
            },
            "with": {"type": "object", "description": "Its configuration."},
            "retry": RETRY,
            "next": {
                "description": "What follows: a map of ports to step ids; a bare id or list "
                "means the port success.",
                "anyOf": [*_TARGETS["anyOf"], {"type": "object", "additionalProperties": _TARGETS}],
                "x-expected": "a step id, a list of them, or a map of ports to step ids",
            },
            "join": {
                "enum": ["all", "any"],
                "default": "all",
                "description": "Whether it waits for all of its incoming edges or for the first.",
            },
        },
    }


def _when(field: str, name: str, schema: Mapping[str, Any]) -> Schema:
    alternatives = [{"required": [kind]} for kind in schema.get("x-alternatives", ())]
    if alternatives:
        schema = {**schema, "oneOf": alternatives}
    requires = ["with"] if schema.get("required") or alternatives else []
    return {
        "if": {"properties": {field: {"const": name}}, "required": [field]},
        "then": {"properties": {"with": schema}, "required": requires},
    }
