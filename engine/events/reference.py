"""The page on events as Markdown, made from the types."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.events.types import EventType

HEAD = """# Events

What Penstock announces of itself, made from the code by `scripts/reference`. Automations take these
events with the trigger `event` ([triggers and actions](triggers-and-actions.md)), other systems
with [subscriptions](subscriptions.md). A name or a pattern chooses: `run.failed`, `run.*` for
whatever begins with `run.`, `*` for everything, also for what automations emit.

`GET /api/v1/event-types` gives the same as JSON, each type with the JSON Schema of its data. A
type's version grows when its schema changes.
"""


def render_events(types: Mapping[str, EventType]) -> str:
    """The whole page."""
    lines = [HEAD, "| type | version | tells |", "| --- | --- | --- |"]
    lines += [
        f"| [`{one.name}`](#{_anchor(one.name)}) | {one.version} | {one.title} |"
        for one in types.values()
    ]
    lines.append("")
    for one in types.values():
        lines += _event(one)
    return "\n".join(lines).rstrip() + "\n"


def _anchor(name: str) -> str:
    """What GitHub makes of a heading: dots are left out."""
    return name.replace(".", "")


def _event(one: EventType) -> Iterator[str]:
    yield from (f"## `{one.name}`", "", one.description, "")
    yield from ("| field of `data` | is | |", "| --- | --- | --- |")
    yield from _rows(one.schema, "")
    example = json.dumps(one.example, indent=2, ensure_ascii=False)
    yield from ("", "```json", example, "```", "")


def _rows(schema: Mapping[str, Any], path: str) -> Iterator[str]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        absent = "" if name in required else " (may be absent)"
        words = " ".join(str(field.get("description", "")).split())
        cells = (f"`{path}{name}`{absent}", _kind(field), words)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
        yield from _rows(field, f"{path}{name}.")


def _kind(field: Mapping[str, Any]) -> str:
    if "enum" in field:
        return _listed(field["enum"])
    kinds = field.get("type", "any")
    words = kinds if isinstance(kinds, str) else " or ".join(kinds)
    return words.replace("string", "moment") if field.get("format") == "date-time" else words


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(f"`{value}`" for value in values)
