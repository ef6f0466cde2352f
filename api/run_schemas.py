"""The JSON Schemas of runs as the API shows them."""

from __future__ import annotations

from api.schemas import (
    ANY,
    OPTIONAL_TEXT,
    OPTIONAL_TIME,
    TEXT,
    TEXTS_BY_NAME,
    TIME,
    component,
    list_of,
    record,
)
from core.states import RunStatus, StepStatus

_ROW_MEMBERS = {
    "id": TEXT,
    "automation_id": TEXT,
    "version": {"type": "integer"},
    "event_id": TEXT,
    "status": {"enum": list(RunStatus)},
    "error": OPTIONAL_TEXT,
    "created_at": TIME,
    "started_at": OPTIONAL_TIME,
    "finished_at": OPTIONAL_TIME,
    "replay_of": {**OPTIONAL_TEXT, "description": "The run it repeats."},
}

_ATTEMPT = record(
    {
        "number": {"type": "integer", "minimum": 1},
        "started_at": TIME,
        "duration_ms": {"type": "integer"},
        "request_id": {**OPTIONAL_TEXT, "description": "Its entry in the request log."},
        "outcome": {
            "enum": [
                "succeeded",
                "retry",
                "failed",
                "halted",
                "interrupted",
                "waiting",
                "deferred",
            ],
            "description": "`deferred`: it was held back before it sent anything, and counts not.",
        },
        "reason": OPTIONAL_TEXT,
    },
    "One try of a step.",
)

_PATH = {
    **list_of({"type": "integer", "minimum": 0}),
    "description": "In the body of a loop the index of the item, or several from the outermost "
    "loop inwards; empty elsewhere.",
}

_STEP = record(
    {
        "id": TEXT,
        "item": _PATH,
        "status": {"enum": list(StepStatus)},
        "port": {**OPTIONAL_TEXT, "description": "By which port the run left it."},
        "output": ANY,
        "error": OPTIONAL_TEXT,
        "items": {"anyOf": [component("Loop"), {"type": "null"}]},
        "attempts": list_of(component("Attempt")),
    },
    "What became of a step in a run.",
)

_COUNT = {"type": "integer", "minimum": 0}
_LOOP = record(
    {
        "count": _COUNT,
        "succeeded": _COUNT,
        "failed": _COUNT,
        "waiting": {**list_of(_COUNT), "description": "The items in which a step waits."},
    },
    "How far a loop is.",
)

_ITEM = record(
    {
        "item": _PATH,
        "status": {"enum": list(StepStatus)},
        "output": ANY,
        "error": OPTIONAL_TEXT,
        "steps": list_of(component("Step")),
    },
    "What became of an item of a loop.",
)

_EVENT = record(
    {
        "id": TEXT,
        "type": TEXT,
        "received_at": TIME,
        "method": TEXT,
        "path": TEXT,
        "query": {"type": "object"},
        "headers": TEXTS_BY_NAME,
        "params": TEXTS_BY_NAME,
        "body": ANY,
        "replaces": {
            **OPTIONAL_TEXT,
            "description": "The event that came, where this is its edit.",
        },
    },
    "What started the run; headers with credentials are masked.",
)

_DURATION = {"type": "integer", "minimum": 0}
_TIMING = record(
    {
        "queued_ms": {
            **_DURATION,
            "description": "From `created_at` until it was first taken up at `started_at`; its "
            "turn and a quarantine included.",
        },
        "in_steps_ms": {
            **_DURATION,
            "description": "While at least one attempt of a step was under way.",
        },
        "between_ms": {
            **_DURATION,
            "description": "While none was: pauses before another attempt, and what lies between "
            "steps.",
        },
        "total_ms": {**_DURATION, "description": "All three, up to its end or to now."},
    },
    "Where the time of the run went.",
)

_FAILURE = record(
    {
        "status": {"enum": [RunStatus.FAILED, RunStatus.HALTED]},
        "error": OPTIONAL_TEXT,
        "step": {**OPTIONAL_TEXT, "description": "The step that brought it about."},
        "at": TIME,
    },
    "How the run ends once the steps of `on_failure` are done.",
)

_RUN = record(
    {
        **_ROW_MEMBERS,
        "order_key": {**OPTIONAL_TEXT, "description": "Runs of this key come one after another."},
        "waits_for": {**OPTIONAL_TEXT, "description": "The run of its key whose turn it is."},
        "quarantine_key": {**OPTIONAL_TEXT, "description": "Runs of this key are held together."},
        "quarantine_id": {**OPTIONAL_TEXT, "description": "The key in quarantine that holds it."},
        "output": ANY,
        "failure": {"anyOf": [component("Failure"), {"type": "null"}]},
        "event": {"anyOf": [component("Event"), {"type": "null"}]},
        "timing": component("Timing"),
        "steps": list_of(component("Step")),
    },
    "One execution of one version of an automation for one event.",
)

SCHEMAS = {
    "Attempt": _ATTEMPT,
    "Step": _STEP,
    "Loop": _LOOP,
    "Item": _ITEM,
    "Event": _EVENT,
    "Failure": _FAILURE,
    "Timing": _TIMING,
    "RunRow": record(_ROW_MEMBERS, "A run without its event, its steps and its output."),
    "Run": _RUN,
}
