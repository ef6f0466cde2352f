"""The events that tell how a run ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.clock import to_rfc3339
from core.model import Run
from core.states import RunStatus
from engine.events.types import EventType, data_schema

_ID = "0192e4a0-7b1c-7abc-8def-0123456789ab"

_PROPERTIES: Mapping[str, Any] = {
    "run_id": {"type": "string", "description": "The run's id."},
    "automation_id": {"type": "string", "description": "The automation's id."},
    "automation_name": {"type": "string", "description": "The automation's name."},
    "version": {"type": "integer", "description": "The version that ran."},
    "event_id": {"type": "string", "description": "The id of the event it ran for."},
    "status": {"type": "string", "description": "How it ended."},
    "error": {"type": ["string", "null"], "description": "Why it went wrong, in words."},
    "started_at": {"type": "string", "format": "date-time", "description": "When it was made."},
    "finished_at": {"type": "string", "format": "date-time", "description": "When it ended."},
}


def _type(status: RunStatus, title: str, description: str) -> EventType:
    example = {
        "run_id": _ID,
        "automation_id": "partner-sync",
        "automation_name": "Sync partner on order",
        "version": 3,
        "event_id": _ID,
        "status": status.value,
        "error": None if status is RunStatus.SUCCEEDED else "sync: the partner answered 500",
        "started_at": "2026-11-21T09:30:00.000Z",
        "finished_at": "2026-11-21T09:30:00.120Z",
    }
    return EventType(
        f"run.{status.value}", 1, title, description, data_schema(_PROPERTIES), example
    )


RUN_EVENTS = (
    _type(RunStatus.SUCCEEDED, "A run succeeded", "A run came to its end as it should."),
    _type(RunStatus.FAILED, "A run failed", "A run ended because a step failed, or took too long."),
    _type(RunStatus.HALTED, "A run was halted", "A run ended at once, as a step's codes ask."),
    _type(RunStatus.CANCELLED, "A run was cancelled", "Somebody ended a run."),
)


def run_data(
    run: Run, automation_name: str, status: RunStatus, error: str | None, finished_at: int
) -> Mapping[str, Any]:
    """The data of the event that tells how a run ended."""
    return {
        "run_id": run.id,
        "automation_id": run.automation_id,
        "automation_name": automation_name,
        "version": run.version,
        "event_id": run.event_id,
        "status": status.value,
        "error": error,
        "started_at": to_rfc3339(run.created_at),
        "finished_at": to_rfc3339(finished_at),
    }
