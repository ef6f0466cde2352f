"""`emit-event`: tells other automations and subscriptions that something happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.summaries import one_line
from core.event_names import NAME_WORDS, RESERVED, is_name, is_reserved
from core.outcomes import Fail, Outcome, Succeed
from core.spec import ActionContext, ActionSpec

_MADE_OF = ("<", "{{")
"""What stands in a text that is resolved first."""


def run(context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """Emits the event as the step's result is stored."""
    name, payload = params["event"], params.get("payload", {})
    if fault := _fault(name):
        return Fail(f"event: {fault}")
    if not isinstance(payload, Mapping):
        return Fail("payload: an event holds an object; write it like {'id': '<order.id>'}")
    context.emit(name, payload)
    return Succeed({"event": name, "payload": dict(payload)})


def check(configuration: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A name that is written out is checked before anything runs."""
    name = configuration["event"]
    if any(opening in name for opening in _MADE_OF):
        return []
    fault = _fault(name)
    return [("event", fault)] if fault else []


def summary(configuration: Mapping[str, Any]) -> str:
    """The event's name."""
    name = configuration.get("event")
    return one_line(name) if isinstance(name, str) and name else "(no name yet)"


def _fault(name: object) -> str | None:
    if not isinstance(name, str) or not is_name(name):
        return f"{name!r} is not {NAME_WORDS}"
    if is_reserved(name):
        words = ", ".join(sorted(RESERVED))
        return f"{name} is a name that Penstock itself announces; begin with none of: {words}"
    return None


SPEC = ActionSpec(
    name="emit-event",
    title="Emit event",
    description="Tells the tenant's other automations and subscriptions that something happened. "
    "Automations whose trigger waits for the name start; a chain of them that goes in a circle is "
    "cut.",
    icon="bolt",
    schema={
        "type": "object",
        "required": ["event"],
        "additionalProperties": False,
        "properties": {
            "event": {
                "title": "Event",
                "description": "The event's name in dot notation.",
                "type": "string",
                "minLength": 1,
                "maxLength": 600,
                "examples": ["order.approved"],
                "x-template": "text",
            },
            "payload": {
                "title": "Payload",
                "description": "What the event holds: an object whose keys the automations see.",
                "default": {},
                "examples": [{"order": {"id": "<order.id>"}}],
                "x-template": "body",
                "x-widget": "json",
            },
        },
    },
    output={
        "type": "object",
        "properties": {
            "event": {"type": "string", "description": "The event's name."},
            "payload": {"type": "object", "description": "What it holds."},
        },
    },
    check=check,
    summary=summary,
)
