"""Fields of which an object has one of several: a choice, and what goes with what was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder_ui.forms.fields import Field, Option, Words
from builder_ui.forms.objects import Make, members
from builder_ui.forms.spots import Schema, Spot, readable

ALTERNATIVES = "x-alternatives"


def parted(
    spot: Spot, value: Mapping[str, Any], make: Make
) -> tuple[Field, Schema, Mapping[str, Any]]:
    """The field of an object's alternatives; the schema and the members that are for all.

    What the object has of others than the chosen one is shown with it, so that it can be removed.
    """
    schema, takes = spot.schema, spot.schema[ALTERNATIVES]
    properties: Mapping[str, Schema] = schema["properties"]
    named = {name for kind, company in takes.items() for name in (kind, *company)}
    chosen = next((kind for kind in takes if kind in value), next(iter(takes)))
    shown = [
        name
        for name in properties
        if name in named and (name == chosen or name in takes[chosen] or name in value)
    ]
    own = {
        **schema,
        "properties": {name: properties[name] for name in shown},
        "required": [chosen],
    }
    fields = members(spot, own, {name: value[name] for name in shown if name in value}, make, 0)
    field = Field(
        widget="alternatives",
        keys=spot.keys,
        words=Words("When"),
        fields=fields,
        options=[_option(kind, properties[kind], kind == chosen) for kind in takes],
        data={"takes": takes, "starts": {kind: _start(properties[kind]) for kind in takes}},
    )
    rest = {name: one for name, one in properties.items() if name not in named}
    others = {name: one for name, one in value.items() if name not in named}
    return field, {**schema, "properties": rest}, others


def _option(kind: str, schema: Schema, chosen: bool) -> Option:
    return Option(kind, str(schema.get("title") or readable(kind)), chosen)


def _start(schema: Schema) -> Any:
    """What a field holds when it has just been chosen: its first example."""
    return next(iter(schema.get("examples", ())), "")
