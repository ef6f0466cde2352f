"""What a JSON Schema says of the places of a value that is still being written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator

from engine.document_schema import Schema
from engine.drafts.json_caret import Path

Schemas = Sequence[Schema]
"""All that hold at one place: together they say what may stand there."""


def schemas_along(schema: Schema, value: Any, path: Path) -> list[Schemas]:
    """The schemas that hold at each step of a path through a value, from the root on.

    A condition (`if`) chooses by what the value says already; of alternatives all hold.
    """
    along: list[Schemas] = [list(_parts(schema, value))]
    for key in path:
        below = [one for parent in along[-1] if (one := _below(parent, key)) is not None]
        value = _inside(value, key)
        along.append([part for one in below for part in _parts(one, value)])
    return along


def first_of(schemas: Schemas, keyword: str) -> Any:
    """What the first of them that has a keyword says with it, or None."""
    return next((one[keyword] for one in schemas if keyword in one), None)


def title_of_value(parents: Schemas, name: str, value: Any) -> str:
    """How a condition calls what holds once a member has this value; empty where none does."""
    for parent in parents:
        for one in parent.get("allOf", ()):
            asked = one.get("if", {}).get("properties", {}).get(name, {})
            if "const" in asked and asked["const"] == value:
                return str(one.get("then", {}).get("title", ""))
    return ""


def _parts(schema: Schema, value: Any) -> Iterator[Schema]:
    """A schema with those that hold beside it."""
    yield schema
    for keyword in ("allOf", "anyOf", "oneOf"):
        for one in schema.get(keyword, ()):
            yield from _parts(one, value)
    if "if" in schema:
        holds = Draft202012Validator(schema["if"]).is_valid(value)
        chosen = schema.get("then" if holds else "else")
        if isinstance(chosen, dict):
            yield from _parts(chosen, value)


def _below(schema: Schema, key: str | int) -> Schema | None:
    if isinstance(key, int):
        found = schema.get("items")
    else:
        found = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
    return found if isinstance(found, dict) else None


def _inside(value: Any, key: str | int) -> Any:
    if isinstance(key, str):
        return value.get(key) if isinstance(value, Mapping) else None
    return value[key] if isinstance(value, list) and 0 <= key < len(value) else None
