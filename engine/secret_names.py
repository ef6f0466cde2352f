"""Which secrets a configuration names, by the fields its schema says hold the name of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

WIDGET = "secret-name"
"""The `x-widget` of such a field (`core.spec.JsonSchema`)."""
LIST_WIDGET = "secret-names"
"""That of a field with a list of them."""


def secret_names(schema: Mapping[str, Any], value: Any) -> Iterator[str]:
    """The names in a `with` that is valid against its schema, the chosen variants' included."""
    if schema.get("x-widget") == WIDGET and isinstance(value, str):
        yield value
    elif schema.get("x-widget") == LIST_WIDGET and isinstance(value, list):
        yield from (name for name in value if isinstance(name, str))
    elif isinstance(value, Mapping):
        yield from _in_members(schema, value)
        for branch in schema.get("allOf", ()):
            if _holds(branch.get("if", {}), value):
                yield from secret_names(branch.get("then", {}), value)
    elif isinstance(value, list):
        for item in value:
            yield from secret_names(schema.get("items", {}), item)


def _in_members(schema: Mapping[str, Any], value: Mapping[str, Any]) -> Iterator[str]:
    properties, others = schema.get("properties", {}), schema.get("additionalProperties")
    for name, item in value.items():
        below = properties.get(name, others)
        if isinstance(below, Mapping):
            yield from secret_names(below, item)


def _holds(condition: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    """Whether a variant is chosen: its condition asks for constants, such as that of `type`."""
    asked = condition.get("properties", {})
    return all(value.get(name) == own.get("const") for name, own in asked.items())
