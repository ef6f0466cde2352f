"""`wait`: goes on later, after a duration or at a moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from actions.summaries import one_line
from core.clock import Milliseconds, from_rfc3339, to_rfc3339
from core.duration import parse_duration
from core.outcomes import Fail, Outcome, Park, Succeed
from core.spec import ActionContext, ActionSpec

LONGEST: Milliseconds = 366 * 86_400_000


def run(context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """Waits until its moment, which is fixed as the step begins; a restart changes nothing."""
    now = context.clock.now()
    if context.waiting is not None:
        return _go_on(context.waiting.since, context.waiting.output["until"], now)
    try:
        until = _until(params, now)
    except ValueError as error:
        return Fail(str(error))
    if until - now > LONGEST:
        return Fail(f"until: {to_rfc3339(until)} is more than 366 days away")
    if until <= now:
        return _go_on(now, to_rfc3339(until), now)
    return Park(until, {"until": to_rfc3339(until)})


def _go_on(since: Milliseconds, until: str, now: Milliseconds) -> Outcome:
    moment = from_rfc3339(until)
    if now < moment:
        return Park(moment, {"until": until})
    return Succeed({"until": until, "waited_ms": max(now - since, 0)})


def _until(params: Mapping[str, Any], now: Milliseconds) -> Milliseconds:
    """Raises ValueError with words when a template came to something else."""
    if "for" in params:
        return now + _read("for", params["for"], parse_duration, "15s or 1h30m")
    return _read("until", params["until"], from_rfc3339, "2026-12-24T18:00:00+01:00")


def _read(
    name: str, value: object, read: Callable[[str], Milliseconds], example: str
) -> Milliseconds:
    try:
        return read(str(value))
    except ValueError:
        words = f"{name}: {value!r} cannot be read; write it like {example}"
        raise ValueError(words) from None


def waits(configuration: Mapping[str, Any]) -> Milliseconds | None:
    """How long a wait takes that is written out; None for one that data decides."""
    written = configuration.get("for")
    if not isinstance(written, str) or "<" in written or "{{" in written:
        return None
    return parse_duration(written)


def check(configuration: Mapping[str, Any]) -> list[tuple[str, str]]:
    """One of the two ways is named, and a duration that is written out can be read."""
    named = [name for name in ("for", "until") if name in configuration]
    if len(named) != 1:
        return [("", "names how long (`for`) or until when (`until`): one of the two")]
    try:
        waits(configuration)
    except ValueError as error:
        return [("for", str(error))]
    return []


def summary(configuration: Mapping[str, Any]) -> str:
    """Such as `for 2h`."""
    for name in ("for", "until"):
        if isinstance(configuration.get(name), str):
            return one_line(f"{name} {configuration[name]}")
    return "(no time yet)"


SPEC = ActionSpec(
    name="wait",
    title="Wait",
    description="Goes on after a duration or at a moment. Waiting costs nothing but a row, and "
    "outlives a restart.",
    icon="pause",
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "for": {
                "title": "For",
                "description": "How long: a duration, 366 days at most.",
                "type": "string",
                "minLength": 1,
                "maxLength": 1000,
                "examples": ["2h", "1d12h"],
                "x-template": "text",
            },
            "until": {
                "title": "Until",
                "description": "The moment, in RFC 3339 with its offset from UTC. One that is over "
                "makes the step go on at once.",
                "type": "string",
                "minLength": 1,
                "maxLength": 1000,
                "examples": ["<order.shipAt>", "2026-12-24T18:00:00+01:00"],
                "x-template": "text",
            },
        },
    },
    output={
        "type": "object",
        "properties": {
            "until": {
                "type": "string",
                "format": "date-time",
                "description": "The moment it waited for.",
            },
            "waited_ms": {"type": "integer", "description": "How long it waited."},
        },
    },
    check=check,
    waits=waits,
    summary=summary,
)
