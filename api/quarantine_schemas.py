"""The JSON Schemas of quarantined keys as the API takes and shows them."""

from __future__ import annotations

from api.schemas import OPTIONAL_TEXT, TEXT, TIME, component, list_of, record
from core.spec import JsonSchema

RELEASE_SCHEMA: JsonSchema = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "replay_failed": {
            "type": "boolean",
            "default": False,
            "description": "Whether the runs that failed are repeated before what was held.",
        },
        "live_version": {
            "type": "boolean",
            "default": False,
            "description": "Whether all of it runs with the version that is live now, rather than "
            "with that which was live as each event came.",
        },
    },
}

DISCARD_SCHEMA: JsonSchema = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "run_id": {"type": "string", "description": "This event alone; without it, all of them."},
        "reason": {
            "type": "string",
            "minLength": 1,
            "maxLength": 500,
            "description": "Why; it stands in the error of each run.",
        },
    },
}

_KEY_MEMBERS = {
    "id": {**TEXT, "description": "What the key is addressed by."},
    "automation_id": TEXT,
    "key": {**TEXT, "description": "What `settings.quarantine.key` came to; secrets are masked."},
    "failures": {"type": "integer", "description": "Runs that went wrong in a row."},
    "failing_since": TIME,
    "run_id": {**TEXT, "description": "The run that went wrong last."},
    "error": {**OPTIONAL_TEXT, "description": "Why it went wrong."},
    "held_at": {**TIME, "description": "Since when events of the key are held."},
    "held": {"type": "integer", "description": "How many events are held."},
}

_HELD_RUN_MEMBERS = {
    "run_id": TEXT,
    "event_id": TEXT,
    "came_at": TIME,
    "replay_of": {**OPTIONAL_TEXT, "description": "The run it repeats."},
}

_ANY_EVENT = {"anyOf": [component("Event"), {"type": "null"}]}

SCHEMAS = {
    "QuarantinedKey": record(_KEY_MEMBERS, "A key whose runs failed, and whose events are held."),
    "HeldRun": record(_HELD_RUN_MEMBERS, "A held run, without its event."),
    "QuarantinedKeyRow": record(
        {**_KEY_MEMBERS, "events": list_of(component("HeldRun"))},
        "A key with the first of its held events, at most 10.",
    ),
    "HeldEvent": record(
        {
            **_HELD_RUN_MEMBERS,
            "event": _ANY_EVENT,
            "original": {**_ANY_EVENT, "description": "The event that came, where it was edited."},
        },
        "An event that waits in quarantine.",
    ),
    "Released": record(
        {
            "released": {"type": "integer", "description": "How many events were held."},
            "replayed": {**list_of(TEXT), "description": "The runs that repeat those that failed."},
            "left_out": {
                **list_of(TEXT),
                "description": "Failed runs that cannot be repeated: event or version is gone.",
            },
        }
    ),
    "Discarded": record({"discarded": {"type": "integer"}}),
}
