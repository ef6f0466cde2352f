"""The item that a template of a list sees while its step is written: the first one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.errors import ExpressionError, InvalidError
from engine.trying.preview_fields import first_item
from engine.trying.sights import Sight


def listed_in(schema: Mapping[str, Any], configuration: Mapping[str, Any]) -> Any:
    """What stands in a `with` for the list that it works through; None where it has none."""
    fields = schema.get("properties", {}).values()
    names = [field["x-each"] for field in fields if "x-each" in field]
    return next((configuration[name] for name in names if name in configuration), None)


def in_sight_of_item(listed: Any, sight: Sight) -> Sight:
    """The first item in sight; null stands for it where the list cannot be told yet."""
    if listed is None:
        return sight
    try:
        return sight.with_item(first_item(listed, sight))
    except (ExpressionError, InvalidError):
        return sight.with_item(None)
