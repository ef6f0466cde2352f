"""`set-values`: names values, so that later steps can say them shortly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.summaries import one_line
from core.outcomes import Outcome, Succeed
from core.spec import ActionContext, ActionSpec


def run(_context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """The values are the output: `steps.<id>.<name>`."""
    return Succeed(dict(params["values"]))


def summary(configuration: Mapping[str, Any]) -> str:
    """The names of the values."""
    values = configuration.get("values")
    names = list(values) if isinstance(values, Mapping) else []
    return one_line(", ".join(map(str, names[:50]))) or "(no values yet)"


SPEC = ActionSpec(
    name="set-values",
    title="Set values",
    description="Works out values once and names them; later steps read them as steps.<id>.<name>.",
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
                "x-widget": "rows",
            }
        },
    },
    output={
        "type": "object",
        "description": "The values by name.",
        "examples": [{"total": 42.5}],
    },
    summary=summary,
)
