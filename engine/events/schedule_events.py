"""The events that tell of the ticks of schedules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.clock import Milliseconds, to_rfc3339
from core.model import Run
from core.schedules import LeftOut, Schedule, WhyLeftOut
from engine.events.types import EventType, data_schema

FIRED = "schedule.fired"
SKIPPED = "schedule.skipped"

_ID = "0192e4a0-7b1c-7abc-8def-0123456789ab"
_WHOSE: Mapping[str, Any] = {
    "automation_id": {"type": "string", "description": "The automation's id."},
    "automation_name": {"type": "string", "description": "The automation's name."},
    "version": {"type": "integer", "description": "The version that is live."},
}
_WHOSE_EXAMPLE = {"automation_id": "nightly", "automation_name": "Nightly report", "version": 3}
_MOMENT = {"type": "string", "format": "date-time"}

_FIRED = EventType(
    FIRED,
    1,
    "A schedule started a run",
    "The clock started an automation.",
    data_schema(
        {
            **_WHOSE,
            "scheduled_at": {**_MOMENT, "description": "The moment the schedule names."},
            "fired_at": {**_MOMENT, "description": "When it was done."},
            "missed": {
                "type": "integer",
                "description": "0 for a tick in time; else how many missed ticks it stands for.",
            },
            "event_id": {"type": "string", "description": "The id of the event."},
            "run_id": {"type": "string", "description": "The id of the run."},
        }
    ),
    {
        **_WHOSE_EXAMPLE,
        "scheduled_at": "2026-11-21T09:30:00.000Z",
        "fired_at": "2026-11-21T09:30:00.012Z",
        "missed": 0,
        "event_id": _ID,
        "run_id": _ID,
    },
)

_SKIPPED = EventType(
    SKIPPED,
    1,
    "A schedule left ticks out",
    "Ticks of a schedule started nothing, as its settings ask.",
    data_schema(
        {
            **_WHOSE,
            "scheduled_at": {**_MOMENT, "description": "The moment of the last one of them."},
            "count": {"type": "integer", "description": "How many in a row it were by then."},
            "reason": {
                "type": "string",
                "enum": [why.value for why in WhyLeftOut],
                "description": "missed: nothing ran when they came. overlap: an earlier run "
                "still went on.",
            },
        }
    ),
    {
        **_WHOSE_EXAMPLE,
        "scheduled_at": "2026-11-21T09:30:00.000Z",
        "count": 1,
        "reason": WhyLeftOut.OVERLAP.value,
    },
)

SCHEDULE_EVENTS = (_FIRED, _SKIPPED)


def fired_data(
    schedule: Schedule, name: str, run: Run, scheduled_at: Milliseconds, missed: int
) -> Mapping[str, Any]:
    """The data of the event that tells of a tick; `name` is the automation's."""
    return {
        **_whose(schedule, name),
        "scheduled_at": to_rfc3339(scheduled_at),
        "fired_at": to_rfc3339(run.created_at),
        "missed": missed,
        "event_id": run.event_id,
        "run_id": run.id,
    }


def skipped_data(schedule: Schedule, name: str, left_out: LeftOut) -> Mapping[str, Any]:
    """The data of the event that tells of ticks that started nothing."""
    return {
        **_whose(schedule, name),
        "scheduled_at": to_rfc3339(left_out.last),
        "count": left_out.count,
        "reason": left_out.why.value,
    }


def _whose(schedule: Schedule, name: str) -> Mapping[str, Any]:
    return {
        "automation_id": schedule.automation_id,
        "automation_name": name,
        "version": schedule.version,
    }
