"""Forms: from a JSON Schema with Penstock's hints (`core.spec`) and a value to fields.

Whatever stands in the value is shown and kept: what no widget can show is shown as JSON, what the
schema does not know under "Other". A control holds exactly the value that the document has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from builder_ui.forms import alternatives, lines, lists, objects
from builder_ui.forms.fields import ABSENT, Control, Field, Form, Keys, Option, Row, Words
from builder_ui.forms.spots import Schema, Spot

__all__ = [
    "ABSENT",
    "WIDGETS",
    "Control",
    "Field",
    "Form",
    "Keys",
    "Option",
    "Row",
    "Words",
    "field_of",
    "form_of",
]

WIDGETS: Mapping[str, Callable[[Spot], Field | None]] = {
    "method": lines.method,
    "url": lines.url,
    "path": lines.path,
    "duration": lines.duration,
    "moment": lines.moment,
    "time-zone": lines.time_zone,
    "bytes": lines.size,
    "status": lines.status,
    "condition": lines.condition,
    "secret-name": lines.secret_name,
    "secret-names": lists.secret_names,
    "line": lines.line,
    "number": lines.number,
    "select": lines.choice,
    "switch": lines.switch,
    "json": lines.raw,
    "rows": lists.rows,
    "list": lists.texts,
    "checkboxes": lists.checkboxes,
    "codes": lists.code_lists,
    "branches": lists.branches,
    "variants": lambda spot: objects.variants(spot, field_of),
    "object": lambda spot: objects.nested(spot, field_of),
}
"""By the name of a widget, what makes a field of it, or None where the value does not fit it."""

_FOLDED = frozenset({"duration", "bytes", "line", "switch", "list", "object", "number"})
"""Limits and switches that have a default, and parts that are off unless they are added."""


def form_of(schema: Schema, value: Any, secrets: Sequence[str] = ()) -> Form:
    """The form of a `with`: any JSON value, or ABSENT. `secrets` are the names there are."""
    spot = Spot((), schema, value, secrets=secrets)
    if value is not ABSENT and not isinstance(value, Mapping):
        return Form([lines.raw(spot)], [], [])
    if spot.is_long:
        return Form([lines.long(spot)], [], [])
    members = {} if value is ABSENT else value
    first: list[Field] = []
    if alternatives.ALTERNATIVES in schema:
        field, schema, members = alternatives.parted(spot, members, field_of)
        first = [field]
    fields = [*first, *objects.members(spot, schema, members, field_of, 0)]
    known = schema.get("properties", {})
    shown = [one for one in fields if one.widget != "other"]
    folded = [one for one in shown[len(first) :] if _is_folded(one, known.get(_key(one), {}))]
    if len(folded) == len(shown):
        folded = []
    return Form(
        fields=[one for one in shown if one not in folded],
        advanced=folded,
        others=[one for one in fields if one.widget == "other"],
    )


def field_of(spot: Spot) -> Field:
    """The field of one value: of the widget that its schema asks for, where the value fits it."""
    found = WIDGETS[widget_of(spot.schema)](spot)
    if found is not None:
        return found
    return lines.long(spot) if spot.is_long else lines.raw(spot)


def widget_of(schema: Schema) -> str:
    """The widget that a schema names, or the one that fits its type; `json` for anything else."""
    if schema.get("x-widget") in WIDGETS:
        return str(schema["x-widget"])
    if "enum" in schema:
        return "select"
    match schema.get("type"):
        case "string":
            return "line"
        case "boolean":
            return "switch"
        case "integer" | "number":
            return "number"
        case "array" if schema.get("items", {}).get("type") == "string":
            return "list"
        case "object" if "properties" in schema:
            return "object"
    return "json"


def _key(field: Field) -> str:
    return str(field.keys[0])


def _is_folded(field: Field, schema: Schema) -> bool:
    if field.required or "x-template" in schema:
        return False
    return widget_of(schema) in _FOLDED
