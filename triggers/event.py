"""`event`: something that happened inside, or that was told by its name, starts the automation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.event_names import FILTER_PATTERN, FILTER_WORDS, fits
from core.platform_events import PlatformEvent
from core.spec import Family, TriggerSpec


@dataclass(frozen=True, slots=True)
class CompiledEvent:
    """A `core.trigger_kinds.EventTrigger`: names or patterns, and the automations meant."""

    names: tuple[str, ...]
    automations: frozenset[str]

    def takes_type(self, event_type: str) -> bool:
        """Whether one of the patterns takes this name."""
        return any(fits(pattern, event_type) for pattern in self.names)

    def takes_addressed(self, event_type: str | None) -> bool:
        """Whether there is no pattern, or one that takes the name."""
        return not self.names or (event_type is not None and self.takes_type(event_type))

    def takes(self, event: PlatformEvent) -> bool:
        """Whether the name fits and, where automations are named, the event is about one."""
        if not self.takes_type(event.type):
            return False
        return not self.automations or event.automation_id in self.automations

    def body(self, event: PlatformEvent) -> Any:
        """The event's data."""
        return event.data


def compile_trigger(configuration: Mapping[str, Any]) -> CompiledEvent:
    """The trigger of a `with` that holds `SPEC.schema`."""
    wanted = configuration.get("event", [])
    names = (wanted,) if isinstance(wanted, str) else tuple(wanted)
    return CompiledEvent(names, frozenset(configuration.get("automations", ())))


def summary(configuration: Mapping[str, Any]) -> str:
    """The names it waits for."""
    wanted = configuration.get("event", [])
    names = [wanted] if isinstance(wanted, str) else wanted
    shown = [str(name)[:80] for name in names[:10]] if isinstance(names, list) else []
    return f"On {', '.join(shown)}" if shown else "On what is sent to it by its id"


_NAME: dict[str, Any] = {
    "type": "string",
    "pattern": FILTER_PATTERN,
    "x-expected": FILTER_WORDS,
}

SPEC = TriggerSpec(
    name="event",
    family=Family.EVENT,
    title="Event",
    description="Starts on events by their name: those that Penstock announces of itself, those "
    "that automations emit, and those that come by the generic channel.",
    icon="bolt",
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "event": {
                "title": "Event",
                "description": "The name of an event, a pattern such as order.*, or a list of "
                "them. Without it, only what is sent to this automation by its id starts it.",
                "anyOf": [_NAME, {"type": "array", "items": _NAME, "minItems": 1, "maxItems": 50}],
                "x-expected": "a name or a list of names, such as order.* or run.failed",
                "examples": ["order.*", ["run.failed", "run.halted"]],
            },
            "automations": {
                "title": "About automations",
                "description": "Only events about these automations, by id; without it, about any.",
                "type": "array",
                "items": {"type": "string"},
                "maxItems": 1000,
                "uniqueItems": True,
                "examples": [["partner-sync"]],
            },
        },
    },
    output={
        "type": "object",
        "description": "The event, as trigger.<name>.",
        "required": ["body"],
        "properties": {
            "body": {"description": "What the event holds."},
            "received_at": {"type": "string", "format": "date-time"},
            "event_id": {"type": "string"},
            "type": {
                "type": "string",
                "description": "The event's name.",
                "examples": ["order.created"],
            },
        },
    },
    summary=summary,
)
