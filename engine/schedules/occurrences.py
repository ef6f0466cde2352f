"""What a run that the clock started sees: the event of a tick."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from core.clock import Milliseconds, to_rfc3339
from core.ids import new_id
from core.model import Event
from engine.arrival import Automaton
from engine.plan import Plan

EVENT_TYPE = "schedule"


def tick_body(scheduled_at: Milliseconds, fired_at: Milliseconds, missed: int) -> Mapping[str, Any]:
    """The body of the event of a tick."""
    return {
        "scheduled_at": to_rfc3339(scheduled_at),
        "fired_at": to_rfc3339(fired_at),
        "missed": missed,
    }


def tick_event(
    automaton: Automaton, scheduled_at: Milliseconds, missed: int, now: Milliseconds
) -> Event:
    """The event of a tick that is done now."""
    body = tick_body(scheduled_at, now, missed)
    return Event(
        id=new_id(),
        tenant=automaton.tenant,
        automation_id=automaton.automation_id,
        type=EVENT_TYPE,
        received_at=now,
        method="",
        path="",
        query={},
        headers={},
        params={},
        body=body,
        raw=orjson.dumps(body),
        is_json=True,
    )


def body_by_hand(plan: Plan, body: Any, now: Milliseconds) -> Any:
    """The body of a run that is started by hand: without one, a schedule's has a tick of now."""
    scheduled = plan.trigger is not None and plan.trigger.schedule is not None
    return tick_body(now, now, 0) if scheduled and body in (None, {}) else body
