"""Figures and the Markdown they are written in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Figures = dict[str, Any]
"""What `bench/results.json` holds: rates in requests a second, times as their names say."""
Row = Sequence[str]
KINDS = {"echo": "echo", "accept": "accept", "request_response": "request-response"}
"""What is measured, in words."""


def times(figures: Figures) -> Row:
    """The median and the slowest hundredth."""
    return f"{figures['median_ms']} ms", f"{figures['p99_ms']} ms"


def table(head: Row, *rows: Row) -> str:
    """A Markdown table: its first column words, the others numbers."""
    lines = [head, ("---", *["---:"] * (len(head) - 1)), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
