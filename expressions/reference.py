"""The table of functions as the docs show it: `python -m expressions.reference` prints it."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from expressions.functions import GROUPS
from expressions.functions.function import Function

EXAMPLE_CONTEXT: Mapping[str, object] = {
    "order": {
        "id": "A-7",
        "total": 25.0,
        "currency": "eur",
        "placed_at": "2026-11-21T09:30:00Z",
        "tags": ["new", "paid"],
        "lines": [{"sku": "A", "price": 19.9}, {"sku": "B", "price": 5.1}],
    },
    "trigger": {"headers": {"x-shop": "north"}},
    "run": {"now": "2026-11-21T09:31:30Z"},
}
"""What the examples of the functions read."""


def markdown() -> str:
    """Every function with its description, example and result, as Markdown."""
    return "\n".join(_group(title, functions) for title, functions in GROUPS.items())


def _group(title: str, functions: tuple[Function, ...]) -> str:
    rows = [f"### {title}", "", "| function | gives | example | result |", "|---|---|---|---|"]
    rows += map(_row, functions)
    return "\n".join([*rows, ""])


def _row(each: Function) -> str:
    cells = (f"`{each.signature}`", each.description, _code(each.example), _code(each.result))
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(markdown())
