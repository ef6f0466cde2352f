"""`set-values`: names values, so that later steps can say them shortly; of a list, item by item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.summaries import one_line, text
from core.outcomes import Fail, Outcome, Succeed
from core.spec import ActionContext, ActionSpec, ItemTemplate

MOST_ITEMS = 10_000


def run(_context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """The values are the output: `steps.<id>.<name>`; with `for_each`, those of each item."""
    if "for_each" in params:
        return _of_each(params["for_each"], params["values"])
    return Succeed(dict(params["values"]))


def _of_each(items: object, values: ItemTemplate) -> Outcome:
    if not isinstance(items, list):
        return Fail(f"for_each: {text(items)} is not a list; refer to one, such as <order.lines>")
    if len(items) > MOST_ITEMS:
        return Fail(f"for_each: the list has {len(items)} items; at most {MOST_ITEMS} are taken")
    return Succeed({"items": values.resolve_each(items)})


def summary(configuration: Mapping[str, Any]) -> str:
    """The names of the values, and the list where there is one: `total, sku for each of …`."""
    values = configuration.get("values")
    names = list(values) if isinstance(values, Mapping) else []
    shown = ", ".join(map(str, names[:50])) or "(no values yet)"
    if "for_each" not in configuration:
        return one_line(shown)
    return one_line(f"{shown} for each of {text(configuration['for_each'])}")


SPEC = ActionSpec(
    name="set-values",
    title="Set values",
    description="Works out values once and names them; later steps read them as steps.<id>.<name>. "
    "With a list, they are worked out for each of its items.",
    icon="variable",
    schema={
        "type": "object",
        "required": ["values"],
        "additionalProperties": False,
        "properties": {
            "values": {
                "title": "Values",
                "description": "Names and what they stand for: a text, a reference, an "
                "expression, or any JSON with such texts in it.",
                "type": "object",
                "minProperties": 1,
                "maxProperties": 100,
                "propertyNames": {
                    "pattern": r"^[A-Za-z_][A-Za-z0-9_]{0,63}$",
                    "x-expected": "a name; use letters, digits and _",
                },
                "examples": [{"total": "{{ sum(pluck(order.lines, 'price')) }}"}],
                "x-template": "body",
                "x-each": "for_each",
                "x-widget": "rows",
            },
            "for_each": {
                "title": "For each item of",
                "description": "A list: the values are worked out once for each of its items, "
                "which they read as item, with its place, from 0, as index. Later steps read "
                "steps.<id>.items, a list with the values of each.",
                "type": ["string", "array"],
                "examples": ["<order.lines>"],
                "x-template": "body",
                "x-widget": "line",
            },
        },
    },
    output={
        "type": "object",
        "description": "The values by name; with `for_each`, `items` alone: a list of them.",
        "examples": [{"total": 42.5}, {"items": [{"sku": "A"}, {"sku": "B"}]}],
    },
    summary=summary,
)
