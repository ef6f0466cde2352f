"""Fields of one input: texts, numbers, durations, sizes, conditions, choices, switches."""

from __future__ import annotations

from dataclasses import replace

from builder_ui.forms import kinds
from builder_ui.forms.fields import Control, Field, Option, Words
from builder_ui.forms.spots import MOST_ROWS, Spot, readable

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


def line(spot: Spot) -> Field:
    """A text in one line, or one that grows where it is a template."""
    template = spot.schema.get("x-template", "")
    if not template:
        return spot.field("line", control=spot.control((kinds.TEXT,)))
    forms = (kinds.TEXT,) if template == "url" else (kinds.TEXT, kinds.EXPRESSION)
    return spot.field("line", control=_templated(spot, forms))


def number(spot: Spot) -> Field:
    """A number; what is no number is kept as it was typed, for the faults to name."""
    return spot.field("line", control=spot.control((kinds.AUTO,)), data=_bounds(spot))


def status(spot: Spot) -> Field:
    """A status code, or a template that gives one."""
    forms = (kinds.AUTO, kinds.TEXT, kinds.EXPRESSION)
    return spot.field("line", control=_templated(spot, forms), data={"inputmode": "numeric"})


def condition(spot: Spot) -> Field:
    """An expression without braces."""
    return spot.field("line", control=_templated(spot, (kinds.TEXT,)))


def method(spot: Spot) -> Field:
    """An HTTP method: any, with the usual ones at hand; it is brief, as the URL is beside it."""
    options = [Option(name, name) for name in METHODS]
    found = spot.field("method", control=spot.control((kinds.TEXT,)), options=options)
    return replace(found, words=spot.words.folded)


def url(spot: Spot) -> Field:
    """An address, its references highlighted; a cURL command can be pasted into it."""
    return spot.field("url", control=_templated(spot, (kinds.TEXT,)))


def path(spot: Spot) -> Field:
    """The path of a webhook, behind what comes before it."""
    return spot.field("path", control=spot.control((kinds.TEXT,)))


def duration(spot: Spot) -> Field:
    """A duration, with units that can be stepped through."""
    return spot.field("duration", control=spot.control((kinds.TEXT,)))


def moment(spot: Spot) -> Field:
    """A date and time with its offset, which can be picked from a calendar."""
    return spot.field("moment", control=spot.control((kinds.TEXT,)))


def time_zone(spot: Spot) -> Field:
    """The name of a time zone, from those that the browser knows."""
    return spot.field("time-zone", control=spot.control((kinds.TEXT,)))


def size(spot: Spot) -> Field:
    """A number of bytes, said in KiB and MiB beside it."""
    return spot.field("bytes", control=spot.control((kinds.AUTO,)), data=_bounds(spot))


def secret_name(spot: Spot) -> Field:
    """The name of a secret, from those there are."""
    options = [Option(name, name, name == spot.value) for name in spot.secrets]
    known = not spot.present or spot.value in spot.secrets
    return spot.field(
        "secret-name",
        control=spot.control((kinds.TEXT,)),
        options=options,
        data={"known": known},
    )


def choice(spot: Spot) -> Field | None:
    """One of a few texts. None where the value is none of them and no text."""
    values = spot.schema.get("enum", ())
    if spot.present and not isinstance(spot.value, str):
        return None
    control = spot.control((kinds.TEXT,))
    if control.kind != kinds.TEXT or not all(isinstance(value, str) for value in values):
        return None
    default = spot.schema.get("default")
    chosen = spot.value if spot.present else default
    options = [_option(spot, value, chosen) for value in values]
    if spot.present and spot.value not in values:
        options.append(Option(str(spot.value), f"{spot.value} (unknown)", chosen=True))
    return spot.field("select", control=control, options=options, data={"default": default})


def _option(spot: Spot, value: str, chosen: object) -> Option:
    title, meaning = spot.schema.get("x-choices", {}).get(value, (readable(value), ""))
    return Option(value, title, value == chosen, meaning)


def switch(spot: Spot) -> Field | None:
    """Yes or no. None where the value is neither."""
    if spot.present and not isinstance(spot.value, bool):
        return None
    default = bool(spot.schema.get("default", False))
    checked = spot.value if spot.present else default
    return spot.field("switch", data={"checked": checked, "default": default})


def raw(spot: Spot) -> Field:
    """Any JSON, as text: for bodies, schemas, and for what no other field can show."""
    forms: tuple[str, ...] = (kinds.JSON,)
    if "x-template" in spot.schema:
        forms = kinds.VALUE_KINDS
    elif spot.schema.get("type") == "string":
        forms = (kinds.TEXT, kinds.JSON)
    if not spot.present:
        forms = tuple(dict.fromkeys((kinds.JSON, *forms)))
    return spot.field("json", control=_templated(spot, forms, lines=6))


def long(spot: Spot) -> Field:
    """A list or an object with more entries than are drawn: as JSON, and why."""
    words = (
        f"It has {len(spot.value)} entries, {len(spot.value) - MOST_ROWS} more than a form shows."
    )
    hint = f"{words} Edit them as JSON."
    return replace(
        raw(spot), words=Words(spot.words.title, hint, spot.schema.get("description", ""))
    )


def _templated(spot: Spot, forms: tuple[str, ...], lines: int = 1) -> Control:
    return spot.control(
        forms,
        lines=lines,
        template=spot.schema.get("x-template", ""),
        secrets=bool(spot.schema.get("x-secrets")),
    )


def _bounds(spot: Spot) -> dict[str, object]:
    bounds = {name: spot.schema[name] for name in ("minimum", "maximum") if name in spot.schema}
    return {**bounds, "inputmode": "numeric"}
