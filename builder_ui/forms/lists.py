"""Fields of several inputs of one sort: rows of names and values, lists, branches, code lists.

None of them fits a value with more than `MOST_ROWS` entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from builder_ui.forms import kinds
from builder_ui.forms.fields import ABSENT, Control, Field, Option, Row
from builder_ui.forms.kinds import kind_of, written
from builder_ui.forms.spots import Spot


def rows(spot: Spot) -> Field | None:
    """Names and values, such as headers. None where the value is no object, or a name is empty."""
    if spot.is_long or (spot.present and not isinstance(spot.value, Mapping)):
        return None
    members = spot.value if spot.present else {}
    if not all(name and _fits_a_line(name) for name in members):
        return None
    found = [Row(_value_control(spot, (name,), value), name) for name, value in members.items()]
    return spot.field("rows", rows=found, blank=Row(_value_control(spot, ("",), "")))


def texts(spot: Spot) -> Field | None:
    """A list of texts. None where the value is something else."""
    if not _is_list_of_texts(spot):
        return None
    items = spot.value if spot.present else []
    found = [Row(_text_control(spot, index, item)) for index, item in enumerate(items)]
    blank = Row(_text_control(spot, 0, ""))
    return spot.field("list", rows=found, blank=blank)


def secret_names(spot: Spot) -> Field | None:
    """Names of secrets, from those there are. None where the value is no list of texts."""
    found = texts(spot)
    if found is None:
        return None
    names = [row.control.text for row in found.rows]
    return replace(
        found,
        widget="secret-names",
        options=[Option(name, name, name in names) for name in spot.secrets],
        data={"known": all(not name or name in spot.secrets for name in names)},
    )


def checkboxes(spot: Spot) -> Field | None:
    """Some of a few texts. None where the value is no list of them, each at most once."""
    names = spot.schema.get("items", {}).get("enum", [])
    if not _is_list_of_texts(spot) or not names:
        return None
    chosen = spot.value if spot.present else spot.schema.get("default", [])
    unknown = [name for name in chosen if name not in names]
    if len(set(chosen)) != len(chosen) or not all(map(_fits_a_line, unknown)):
        return None
    options = [Option(name, name, name in chosen) for name in (*names, *unknown)]
    return spot.field("checkboxes", options=options, data={"order": list(chosen)})


def code_lists(spot: Spot) -> Field | None:
    """The lists of `codes`, each as chips. None where the value is no object of known lists."""
    if spot.present and not isinstance(spot.value, Mapping):
        return None
    lists = spot.value if spot.present else {}
    properties = spot.schema.get("properties", {})
    if not set(lists) <= set(properties):
        return None
    fields = [
        chips(spot.below(name, schema, lists.get(name, ABSENT), prune=spot.prune + 1))
        for name, schema in properties.items()
    ]
    if None in fields:
        return None
    return spot.field("codes", fields=[one for one in fields if one is not None])


def chips(spot: Spot) -> Field | None:
    """A list of short texts, each a chip; its effect stands below it, so its words are folded.

    None where the value is something else.
    """
    if not _is_list_of_texts(spot):
        return None
    chosen = spot.value if spot.present else spot.schema.get("default", [])
    options = [Option(item, item, chosen=True) for item in chosen]
    return replace(spot.field("chips", options=options), words=spot.words.folded)


def branches(spot: Spot) -> Field | None:
    """The branches of `choose`: a port and a condition each. None where one is something else."""
    items = spot.value if spot.present else []
    if spot.is_long or not isinstance(items, list) or not all(map(_is_branch, items)):
        return None
    found = [
        Row(_when(spot, index, item["when"]), item["port"]) for index, item in enumerate(items)
    ]
    return spot.field("branches", rows=found, blank=Row(_when(spot, 0, "")))


def _value_control(spot: Spot, name: tuple[str, ...], value: Any) -> Control:
    kind = kind_of(value, kinds.VALUE_KINDS, keep=True)
    return Control(
        keys=(*spot.keys, *name),
        kind=kind,
        text=written(kind, value, keep=True) or "",
        kinds=kinds.VALUE_KINDS,
        template=spot.schema.get("x-template", ""),
        secrets=bool(spot.schema.get("x-secrets")),
        placeholder="Value",
        keep=True,
    )


def _text_control(spot: Spot, index: int, text: str) -> Control:
    example: Any = next(iter(spot.schema.get("examples", [[]])), [])
    placeholder = f"e.g. {example[0]}" if isinstance(example, list) and example else ""
    items = spot.schema.get("items", {})
    return Control(
        keys=(*spot.keys, index),
        kind=kinds.TEXT,
        text=text,
        template=items.get("x-template", ""),
        secrets=bool(items.get("x-secrets")),
        placeholder=placeholder,
        keep=True,
    )


def _when(spot: Spot, index: int, condition: str) -> Control:
    schema = spot.schema.get("items", {}).get("properties", {}).get("when", {})
    return Control(
        keys=(*spot.keys, index, "when"),
        kind=kinds.TEXT,
        text=condition,
        template=schema.get("x-template", "condition"),
        placeholder=f"e.g. {next(iter(schema.get('examples', ['order.total > 100'])))}",
        keep=True,
    )


def _is_branch(item: Any) -> bool:
    if not isinstance(item, Mapping) or set(item) != {"port", "when"}:
        return False
    condition = written(kinds.TEXT, item["when"], keep=True)
    return condition is not None and _fits_a_line(item["port"])


def _is_list_of_texts(spot: Spot) -> bool:
    if spot.value is ABSENT:
        return True
    if spot.is_long or not isinstance(spot.value, list):
        return False
    return all(_fits_a_line(item) for item in spot.value)


def _fits_a_line(value: Any) -> bool:
    return isinstance(value, str) and written(kinds.TEXT, value, keep=True, single=True) is not None
