"""What somebody tries a draft with: an event and results of steps, read from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from jsonschema import Draft202012Validator

from core.clock import Milliseconds
from core.errors import Fault, InvalidError
from core.model import Event, Run, StepRun
from core.schema_words import faults_of
from core.states import RunStatus, StepStatus
from engine.failing import Failure
from engine.run_end import Verdict

LONGEST_TRIAL: Milliseconds = 300_000

_TEXT = {"type": "string"}
EVENT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A request as a trigger takes it; what is left out is empty.",
    "properties": {
        "method": {**_TEXT, "maxLength": 32},
        "path": {**_TEXT, "maxLength": 8192},
        "query": {
            "type": "object",
            "additionalProperties": {
                "anyOf": [_TEXT, {"type": "array", "items": _TEXT}],
                "x-expected": "a text or a list of texts",
            },
        },
        "headers": {"type": "object", "additionalProperties": _TEXT},
        "params": {"type": "object", "additionalProperties": _TEXT},
        "body": {},
    },
    "additionalProperties": False,
}

RESULTS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "properties": {
            "status": {"type": "string"},
            "port": {"type": ["string", "null"]},
            "error": {"type": ["string", "null"]},
        },
    },
}

_WITH_RESULT = (StepStatus.SUCCEEDED, StepStatus.FAILED)
_EVENT = Draft202012Validator(EVENT_SCHEMA)
_RESULTS = Draft202012Validator(RESULTS_SCHEMA)


def check_event(value: Any, path: str = "$.event") -> None:
    """Raises InvalidError with every fault of an event somebody sent or wrote."""
    _refuse("the event cannot be used", faults_of(_EVENT.iter_errors(value), path))


def event_of(run: Run, value: Mapping[str, Any], kind: str) -> Event:
    """The event of a run that is only tried, from its JSON; `kind` is the trigger's type."""
    body = value.get("body")
    return Event(
        id=run.event_id,
        tenant=run.tenant,
        automation_id=run.automation_id,
        type=kind or "webhook",
        received_at=run.created_at,
        method=value.get("method", ""),
        path=value.get("path", ""),
        query=value.get("query", {}),
        headers={name.lower(): text for name, text in value.get("headers", {}).items()},
        params=value.get("params", {}),
        body=body,
        raw=orjson.dumps(body),
        is_json=True,
    )


def trial_run(tenant: str, automation_id: str, run_id: str, now: Milliseconds) -> Run:
    """A run that is only tried: nothing keeps it, and nobody takes it up."""
    return Run(
        id=run_id,
        tenant=tenant,
        automation_id=automation_id,
        version=0,
        event_id=run_id,
        status=RunStatus.RUNNING,
        token=0,
        created_at=now,
        deadline=now + LONGEST_TRIAL,
    )


def tried_failure(run: Run) -> Failure:
    """What the steps of `on_failure` are tried with where nothing has failed."""
    words = "this is a trial: nothing has failed"
    return Failure(Verdict(RunStatus.FAILED, error=words), run.created_at)


def results_of(value: Any, path: str = "$.results") -> dict[str, StepRun]:
    """Results of steps by step id, from `{id: {"status", "port", "output", "error"}}`.

    `status` is `succeeded` unless it says otherwise, `port` the one that fits it. What neither
    succeeded nor failed has no result and is left out. Raises InvalidError.
    """
    _refuse("the results cannot be used", faults_of(_RESULTS.iter_errors(value), path))
    return {
        step_id: _result(step_id, one)
        for step_id, one in value.items()
        if one.get("status", StepStatus.SUCCEEDED) in _WITH_RESULT
    }


def _result(step_id: str, value: Mapping[str, Any]) -> StepRun:
    failed = value.get("status") == "failed"
    return StepRun(
        step_id=step_id,
        status=StepStatus.FAILED if failed else StepStatus.SUCCEEDED,
        port=value.get("port") or ("error" if failed else "success"),
        output=value.get("output"),
        error=(value.get("error") or "failed") if failed else None,
    )


def _refuse(words: str, faults: list[Fault]) -> None:
    if faults:
        raise InvalidError(words, faults)
