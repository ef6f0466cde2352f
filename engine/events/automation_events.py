"""The events that tell what becomes of automations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.model import Automation
from engine.events.types import EventType, data_schema

_PROPERTIES: Mapping[str, Any] = {
    "automation_id": {"type": "string", "description": "The automation's id."},
    "automation_name": {"type": "string", "description": "The automation's name."},
    "version": {"type": ["integer", "null"], "description": "The live version, if there is one."},
    "by": {"type": "string", "description": "Who did it."},
}
_EXAMPLE: Mapping[str, Any] = {
    "automation_id": "partner-sync",
    "automation_name": "Sync partner on order",
    "version": 3,
    "by": "Kim",
}


def _type(what: str, title: str, description: str) -> EventType:
    schema = data_schema(_PROPERTIES)
    return EventType(f"automation.{what}", 1, title, description, schema, _EXAMPLE)


AUTOMATION_EVENTS = (
    _type("published", "An automation was published", "A draft became the live version."),
    _type("enabled", "An automation was enabled", "Its trigger takes events again."),
    _type("disabled", "An automation was disabled", "Its trigger turns events away."),
    _type("deleted", "An automation was deleted", "It is gone; its runs stay."),
)


def automation_data(automation: Automation, by: str) -> Mapping[str, Any]:
    """The data of an event about an automation as it is after the change."""
    return {
        "automation_id": automation.id,
        "automation_name": automation.name,
        "version": automation.published,
        "by": by,
    }
