"""Fields that hold fields: objects, objects of several kinds, and a body with its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

from builder_ui.forms import kinds
from builder_ui.forms.fields import ABSENT, Field, Option, Words
from builder_ui.forms.lines import choice, raw
from builder_ui.forms.lists import rows
from builder_ui.forms.spots import MOST_ROWS, Schema, Spot, readable

Make = Callable[[Spot], Field]
"""Makes the field of a spot, of whatever widget fits."""

KIND = "type"
"""The member that says of which kind an object is."""


def nested(spot: Spot, make: Make) -> Field | None:
    """An object's own fields, or a button that adds it. None where the value is no object."""
    if spot.is_long or (spot.present and not isinstance(spot.value, Mapping)):
        return None
    value = spot.value if spot.present else {}
    prune = 0 if spot.schema.get("required") else spot.prune + 1
    fields = members(spot, spot.schema, value, make, prune)
    optional = bool(spot.schema.get("required")) and not spot.required
    return spot.field("object", fields=fields, data={"optional": optional})


def variants(spot: Spot, make: Make) -> Field | None:
    """An object whose `type` decides on its other members (`allOf` of `if` and `then`)."""
    if spot.is_long or (spot.present and not isinstance(spot.value, Mapping)):
        return None
    value = spot.value if spot.present else spot.schema.get("default", {})
    schemas = _variants(spot.schema)
    kind = value.get(KIND)
    if not isinstance(kind, str) or kind not in schemas:
        return None
    options = [
        Option(name, schema.get("title", readable(name)), name == kind)
        for name, schema in schemas.items()
    ]
    rest = {name: item for name, item in value.items() if name != KIND}
    fields = members(spot, _without_kind(schemas[kind]), rest, make, 0)
    takes = {name: sorted(schema.get("properties", {})) for name, schema in schemas.items()}
    return spot.field(
        "variants", fields=fields, options=options, data={"kind": kind, "takes": takes}
    )


def body(spot: Spot, kind: Spot) -> Field:
    """A body with what it is sent as: fields for a form, a text, or JSON."""
    chosen = choice(kind)
    if chosen is None:
        return spot.field("group", fields=[raw(kind), raw(spot)])
    sent_as = kind.value if kind.present else kind.schema.get("default", "json")
    return spot.field("body", fields=[chosen, _content(spot, sent_as)], data={"kind": sent_as})


def members(
    spot: Spot, schema: Schema, value: Mapping[str, Any], make: Make, prune: int
) -> list[Field]:
    """The fields of an object's members, and of the members its schema does not know."""
    properties = schema.get("properties", {})
    required = schema.get("required", ())
    fields: list[Field] = []
    for name, own in properties.items():
        below = spot.below(
            name,
            own,
            value.get(name, ABSENT),
            required=name in required,
            prune=prune,
            around=value,
        )
        if _says_kind_of(name, properties):
            continue
        if (sort := properties.get(f"{name}_type")) is not None:
            type_value = value.get(f"{name}_type", ABSENT)
            fields.append(body(below, spot.below(f"{name}_type", sort, type_value)))
        else:
            fields.append(make(below))
    return [*fields, *others(spot, value, properties)]


def others(spot: Spot, value: Mapping[str, Any], known: Mapping[str, Any]) -> list[Field]:
    """Members that no schema knows: kept, and shown as JSON to be changed or removed.

    At most `MOST_ROWS` of them are shown.
    """
    unknown = islice((name for name in value if name not in known), MOST_ROWS)
    return [_other(spot.below(name, {}, value[name])) for name in unknown]


def _other(spot: Spot) -> Field:
    words = Words(str(spot.keys[-1]))
    return Field("other", spot.keys, words, present=True, control=spot.control((kinds.JSON,)))


def _content(spot: Spot, sent_as: str) -> Field:
    if sent_as == "form" and (found := rows(spot)) is not None:
        return found
    if sent_as == "text" and (not spot.present or isinstance(spot.value, str)):
        template = spot.schema.get("x-template", "")
        secrets = bool(spot.schema.get("x-secrets"))
        control = spot.control(
            (kinds.TEXT, kinds.EXPRESSION), lines=6, template=template, secrets=secrets
        )
        return spot.field("json", control=control)
    return raw(spot)


def _says_kind_of(name: str, properties: Mapping[str, Any]) -> bool:
    return name.endswith("_type") and name.removesuffix("_type") in properties


def _variants(schema: Schema) -> dict[str, Schema]:
    """The schema of each kind, by the constant its `if` asks for."""
    found: dict[str, Schema] = {}
    for branch in schema.get("allOf", ()):
        kind = branch.get("if", {}).get("properties", {}).get(KIND, {}).get("const")
        if isinstance(kind, str):
            found[kind] = branch.get("then", {})
    return found


def _without_kind(schema: Schema) -> Schema:
    properties = {name: own for name, own in schema.get("properties", {}).items() if name != KIND}
    required: Sequence[str] = [name for name in schema.get("required", ()) if name != KIND]
    return {**schema, "properties": properties, "required": required}
