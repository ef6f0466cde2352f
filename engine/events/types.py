"""Every type of platform event there is, each with the JSON Schema of its data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import ConflictError
from core.spec import JsonSchema


@dataclass(frozen=True, slots=True)
class EventType:
    """A type in dot notation and what its events hold; `version` grows when the schema changes."""

    name: str
    version: int
    title: str
    description: str
    schema: JsonSchema
    example: Mapping[str, Any]


def by_name(*groups: Iterable[EventType]) -> Mapping[str, EventType]:
    """The types under their names. Raises ConflictError when two have the same one."""
    known: dict[str, EventType] = {}
    for one in (event_type for group in groups for event_type in group):
        if known.setdefault(one.name, one) is not one:
            raise ConflictError(f"two event types are called {one.name}; rename one of them")
    return known


def data_schema(properties: Mapping[str, Any], optional: Iterable[str] = ()) -> JsonSchema:
    """The schema of an object with these properties, all of them there but the optional ones."""
    without = set(optional)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": [name for name in properties if name not in without],
        "properties": dict(properties),
    }
