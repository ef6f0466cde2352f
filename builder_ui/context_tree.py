"""What a step sees, as a tree whose every entry says how to refer to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from keyword import iskeyword
from typing import Any

from expressions.paths import PATH

LONGEST_TEXT = 80
"""Characters of a value that are shown."""
MOST_ITEMS = 100
"""Entries of one object or list that are shown."""
MOST_ENTRIES = 3000
"""Entries of a whole tree."""
DEEPEST = 12

_REFERENCE = re.compile(PATH)
_NAME = re.compile(r"[^\W\d]\w*")
_JSON_WORDS = frozenset({"true", "false", "null"})

Way = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of the context.

    `reference` is what stands between `<` and `>`, empty where no reference can say it;
    `expression` is the same for an expression. `left_out` counts what is not shown below it.
    """

    name: str
    reference: str
    expression: str
    text: str
    depth: int
    is_container: bool = False
    children: Sequence[Entry] = ()
    left_out: int = 0


class _Budget:
    """How many entries may still be made."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self) -> bool:
        self.left -= 1
        return self.left >= 0


def context_tree(context: Mapping[str, Any]) -> list[Entry]:
    """The roots of a context; those without anything in them are left out."""
    budget = _Budget(MOST_ENTRIES)
    return [
        _entry((name,), value, budget)
        for name, value in context.items()
        if _NAME.fullmatch(name) and value != {} and budget.take()
    ]


def expression_of(way: Way) -> str:
    """How an expression reads what lies there: `order.lines[0]["first name"]`."""
    return str(way[0]) + "".join(map(_step_of_expression, way[1:]))


def _entry(way: Way, value: Any, budget: _Budget) -> Entry:
    path = ".".join(map(str, way))
    members = list(_members(value)) if len(way) < DEEPEST else []
    children = [
        _entry((*way, key), item, budget) for key, item in members[:MOST_ITEMS] if budget.take()
    ]
    return Entry(
        name=str(way[-1]),
        reference=path if _REFERENCE.fullmatch(path) else "",
        expression=expression_of(way),
        text=_shown(value),
        depth=len(way),
        is_container=isinstance(value, Mapping | list),
        children=children,
        left_out=len(members) - len(children),
    )


def _members(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _step_of_expression(key: str | int) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    if _NAME.fullmatch(key) and not iskeyword(key) and key not in _JSON_WORDS:
        return f".{key}"
    return f"[{json.dumps(key, ensure_ascii=False)}]"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return _count(len(value), "member")
    if isinstance(value, list):
        return _count(len(value), "item")
    text = value if isinstance(value, str) else json.dumps(value)
    line = " ".join(text[: 4 * LONGEST_TEXT].split())
    if isinstance(value, str) and not line:
        return '""'
    return line if len(line) <= LONGEST_TEXT else f"{line[: LONGEST_TEXT - 1]}…"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
