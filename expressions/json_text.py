"""Values written as JSON text, measured before they are written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import chain

from core.errors import ExpressionError
from expressions import limits
from expressions.budget import Budget

_CONTAINERS = (list, dict)
_WORK_PER_VALUE = 5
_BYTES_PER_VALUE = 4
_LONG = 10_000
_CHARACTERS_PER_UNIT = 16
_SHORT_ESCAPES = b'"\\\n\r\t\b\f'
_LONG_ESCAPES = bytes(set(range(32)) - set(_SHORT_ESCAPES))
_WIDEST_CHARACTER = 4
_BYTES_PER_PIECE = 120
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_SORTING_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
)


@dataclass(slots=True)
class Measure:
    """How large a value is: about how many bytes as JSON, how many values, its longest text."""

    total: int = 0
    count: int = 0
    longest: int = 0
    ascii: bool = True

    def add(self, values: list[object], budget: Budget) -> None:
        """Adds values without what is inside them."""
        texts = [value for value in values if isinstance(value, str)]
        self.count += len(values)
        self.total += len(values) * _BYTES_PER_VALUE + sum(map(len, texts))
        self.longest = max(self.longest, max(map(len, texts), default=0))
        for text in texts if self.longest > _LONG else ():
            if len(text) > _LONG:
                budget.work(len(text) // _CHARACTERS_PER_UNIT)
                self.total += _escapes(text)
        if not all(map(str.isascii, texts)):
            self.ascii = False
            self.total += sum(len(text.encode(errors="replace")) - len(text) for text in texts)


def measure(value: object, budget: Budget) -> Measure:
    """The size of a value as JSON, found without writing it.

    Goes level by level and pays for each value it meets, so that one made of a shared part many
    times over ends soon. Raises ExpressionError when it is too large or nests too deep.
    """
    size, depth, level = Measure(), 0, [value]
    while level:
        size.add(level, budget)
        if size.total > limits.TEXT_SIZE:
            raise ExpressionError(f"as JSON this takes more than {limits.TEXT_SIZE} bytes")
        if depth > limits.DEPTH:
            raise ExpressionError(f"this nests deeper than {limits.DEPTH} levels")
        depth += 1
        level = _next_level(level, budget)
    return size


def to_json(value: object, budget: Budget, *, sort_keys: bool = False) -> str:
    """A value as compact JSON. Raises ExpressionError for what is not JSON and over the limits."""
    size = measure(value, budget)
    memory = size.total if size.ascii else _WIDEST_CHARACTER * size.total
    budget.text(memory)
    budget.work(_WORK_PER_VALUE * size.count)
    budget.memory(memory + _BYTES_PER_PIECE * size.count)
    try:
        return (_SORTING_ENCODER if sort_keys else _ENCODER).encode(value)
    except (TypeError, ValueError) as error:
        raise ExpressionError(f"this cannot be written as JSON: {error}") from None


def _escapes(text: str) -> int:
    """By how many characters JSON's escapes make a text longer."""
    raw = text.encode(errors="replace")
    short = len(raw) - len(raw.translate(None, _SHORT_ESCAPES))
    return short + 5 * (len(raw) - len(raw.translate(None, _LONG_ESCAPES)))


def _next_level(values: list[object], budget: Budget) -> list[object]:
    """What the lists and objects among some values hold, keys included."""
    containers = [value for value in values if isinstance(value, _CONTAINERS)]
    objects = [value for value in containers if isinstance(value, dict)]
    budget.work(_WORK_PER_VALUE * (sum(map(len, containers)) + sum(map(len, objects))))
    return [*chain(*containers), *[value for each in objects for value in each.values()]]
