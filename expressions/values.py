"""JSON values: what they are called, how they look in an error and inside a text."""

from __future__ import annotations

import math
from collections.abc import Mapping

from core.errors import ExpressionError
from core.strict_json import GREATEST_INTEGER, LEAST_INTEGER
from expressions import limits
from expressions.budget import Budget, text_size
from expressions.json_text import to_json

JSON = object
"""A JSON value: None, bool, int, float, str, list or dict with str keys."""

Number = int | float
"""A JSON number. `true` and `false` are none."""


def is_number(value: object) -> bool:
    """Whether a value is a JSON number."""
    return value.__class__ is int or value.__class__ is float


def bounded(value: Number) -> Number:
    """The number itself. Raises ExpressionError when not finite, or an integer over 64 bits."""
    if value.__class__ is float:
        if not math.isfinite(value):
            raise ExpressionError("the result is too large for a number")
    elif not LEAST_INTEGER <= value <= GREATEST_INTEGER:
        raise ExpressionError("the result does not fit into 64 bits")
    return value


def kind_of(value: object) -> str:
    """What a person calls a value of this kind: `null`, `text`, `a number`, `a list`, …"""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "text"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, list):
        return "a list"
    return "an object" if isinstance(value, Mapping) else "no JSON value"


def describe(value: object, budget: Budget) -> str:
    """A value for an error: `text "abc"`, `the number 5`; its kind alone while that is discreet."""
    if budget.discreet or value is None or isinstance(value, list | Mapping):
        return kind_of(value)
    if isinstance(value, str):
        return f'text "{shorten(value)}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"the number {shorten(repr(value))}" if is_number(value) else kind_of(value)


def shorten(text: str) -> str:
    """The beginning of a text that may be long, fit to stand in one line."""
    shown = text if len(text) <= limits.SHOWN_LENGTH else f"{text[: limits.SHOWN_LENGTH]}…"
    return "".join(character if character.isprintable() else "�" for character in shown)


def to_text(value: object, budget: Budget) -> str:
    """A value as it stands inside a longer text: a text as it is, anything else as JSON."""
    if isinstance(value, str):
        budget.text(text_size(value))
        return value
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, int | float):
        return repr(bounded(value))
    return to_json(value, budget)
