"""The functions as the docs show them: `python -m expressions.reference` prints them."""

from __future__ import annotations

import json
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
    """The context of the examples, and every function with an example, as Markdown."""
    groups = [_group(title, functions) for title, functions in GROUPS.items()]
    return "\n".join([_context(), *groups])


def _context() -> str:
    roots = [f"  {json.dumps(root)}: {json.dumps(held)}" for root, held in EXAMPLE_CONTEXT.items()]
    return "\n".join(["```json", "{", ",\n".join(roots), "}", "```", ""])


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
