"""The event that tells of quotas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.clock import to_rfc3339
from core.usage import Counted, Crossing
from engine.events.types import EventType, data_schema

THRESHOLD_CROSSED = "quota.threshold_crossed"

_PROPERTIES: Mapping[str, Any] = {
    "month": {"type": "string", "description": "The month, in UTC, such as 2026-11."},
    "quota": {"enum": list(Counted), "description": "Which quota: of events or of runs."},
    "size": {"type": "integer", "description": "How large the quota is."},
    "used": {"type": "integer", "description": "How much of it was used when it was noticed."},
    "threshold": {"type": "integer", "description": "The threshold, in percent."},
    "refuses": {
        "type": "boolean",
        "description": "Whether more is refused at 100 percent, or only told.",
    },
    "crossed_at": {"type": "string", "format": "date-time", "description": "When it was noticed."},
}

QUOTA_EVENTS = (
    EventType(
        THRESHOLD_CROSSED,
        1,
        "A threshold of a quota was crossed",
        "So many percent of a month's quota are used. It is told once in a month for each "
        "threshold, and again only where the quota itself was changed.",
        data_schema(_PROPERTIES),
        {
            "month": "2026-11",
            "quota": Counted.RUNS.value,
            "size": 10_000,
            "used": 8_003,
            "threshold": 80,
            "refuses": False,
            "crossed_at": "2026-11-21T09:30:00.000Z",
        },
    ),
)


def crossing_data(crossing: Crossing, *, refuses: bool) -> Mapping[str, Any]:
    """The data of the event that tells of a crossing."""
    return {
        "month": crossing.month,
        "quota": crossing.counted.value,
        "size": crossing.size,
        "used": crossing.used,
        "threshold": crossing.percent,
        "refuses": refuses,
        "crossed_at": to_rfc3339(crossing.crossed_at),
    }
