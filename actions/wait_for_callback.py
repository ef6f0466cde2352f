"""`wait-for-callback`: waits until somebody posts to a one-time address of this step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.summaries import one_line
from core.clock import Milliseconds, from_rfc3339, to_rfc3339
from core.duration import PATTERN, parse_duration
from core.outcomes import Outcome, Park, Succeed
from core.spec import ActionContext, ActionSpec, Ports

EXPIRES = "24h"
EXPIRED = "expired"


def run(context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """Leaves by `success` with what was posted, or by `expired` when nobody did in time."""
    now, waiting = context.clock.now(), context.waiting
    if waiting is None:
        until = now + parse_duration(params.get("expires", EXPIRES))
        return Park(until, _output(context.callback_url, until))
    if waiting.signals:
        return Succeed(waiting.signals[0].payload)
    until = from_rfc3339(waiting.output["expires_at"])
    if now < until:
        return Park(until, waiting.output)
    return Succeed({"expires_at": waiting.output["expires_at"]}, EXPIRED)


def _output(url: str, until: Milliseconds) -> Mapping[str, Any]:
    return {"url": url, "expires_at": to_rfc3339(until)}


def waits(configuration: Mapping[str, Any]) -> Milliseconds | None:
    """How long it waits at most."""
    return parse_duration(configuration.get("expires", EXPIRES)) - 1


def summary(configuration: Mapping[str, Any]) -> str:
    """How long it waits."""
    return one_line(f"at most {configuration.get('expires', EXPIRES)}")


SPEC = ActionSpec(
    name="wait-for-callback",
    title="Wait for callback",
    description="Waits until somebody posts to a one-time address of this step in this run. "
    "Earlier steps name the address as <run.callbacks.STEP_ID>, so that a request can hand it to a "
    "partner.",
    icon="ear",
    ports=Ports(("success", EXPIRED, "error")),
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "expires": {
                "title": "Expires after",
                "description": "When nobody has posted for so long, the step leaves by its port "
                "expired. Counted from when the step begins.",
                "type": "string",
                "pattern": PATTERN,
                "x-expected": "a duration; write it like 15m or 24h",
                "x-widget": "duration",
                "default": EXPIRES,
                "examples": ["15m"],
            }
        },
    },
    output={
        "type": "object",
        "properties": {
            "body": {"description": "What was posted: JSON, form fields or text."},
            "headers": {"type": "object", "description": "Header fields by lower-case name."},
            "query": {"type": "object", "description": "The query's fields."},
            "received_at": {
                "type": "string",
                "format": "date-time",
                "description": "When it was posted.",
            },
        },
    },
    waits=waits,
    callback=True,
    summary=summary,
)
