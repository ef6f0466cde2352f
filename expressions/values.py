"""JSON values: what they are called, how they look in an error and inside a text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

import orjson

from core.errors import ExpressionError
from core.strict_json import GREATEST_INTEGER, LEAST_INTEGER
from expressions import limits
from expressions.budget import Budget, text_size

JSON = object
"""A JSON value: None, bool, int, float, str, list or dict with str keys."""

Number = int | float
"""A JSON number. `true` and `false` are none."""

_WORK_PER_VALUE = 4
_BYTES_PER_VALUE = 4
_RESERVED_PER_CHARACTER = 8


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


def to_json(value: object, budget: Budget, *, sort_keys: bool = False) -> str:
    """A value as compact JSON. Raises ExpressionError for what is not JSON and over the limits."""
    size = measure(value, budget)
    budget.text(size.total)
    budget.memory(size.total + _RESERVED_PER_CHARACTER * size.longest)
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS if sort_keys else 0).decode()
    except (TypeError, RecursionError) as error:
        raise ExpressionError(f"{kind_of(value)} cannot be written as JSON: {error}") from None


@dataclass(slots=True)
class Measure:
    """About how many bytes a value takes as JSON, and its longest text alone."""

    total: int = 0
    longest: int = 0

    def add(self, values: list[object]) -> None:
        """Adds values without what is inside them."""
        texts = [value for value in values if isinstance(value, str)]
        sizes = [
            len(text) if text.isascii() else len(text.encode(errors="surrogatepass"))
            for text in texts
        ]
        self.total += len(values) * _BYTES_PER_VALUE + sum(sizes)
        self.longest = max(self.longest, max(sizes, default=0))


def measure(value: object, budget: Budget) -> Measure:
    """The size of a value as JSON, found without writing it.

    Goes level by level and pays for each value it meets, so that one made of a shared part many
    times over ends soon. Raises ExpressionError when it is too large or nests too deep.
    """
    size, depth, level = Measure(), 0, [value]
    while level:
        size.add(level)
        if size.total > limits.JSON_SIZE:
            raise ExpressionError(f"as JSON this takes more than {limits.JSON_SIZE} bytes")
        if depth > limits.DEPTH:
            raise ExpressionError(f"this nests deeper than {limits.DEPTH} levels")
        depth += 1
        level = _next_level(level, budget)
    return size


def _next_level(values: list[object], budget: Budget) -> list[object]:
    """What the lists and objects among some values hold, keys included."""
    lists = [value for value in values if isinstance(value, list)]
    objects = [value for value in values if isinstance(value, dict)]
    budget.work(_WORK_PER_VALUE * (sum(map(len, lists)) + 2 * sum(map(len, objects))))
    return list(chain(*lists, *objects, *map(dict.values, objects)))
