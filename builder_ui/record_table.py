"""Records as a table: which columns, and what stands in a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from core.records import Record

MOST_COLUMNS = 5
LONGEST_CELL = 80
ABSENT = "\N{EN DASH}"


def columns_of(names: Sequence[str], records: Sequence[Record]) -> list[str]:
    """The fields that are shown: those the schema names, else those that the records have."""
    found = dict.fromkeys(name for name in names if name != "id")
    if not found:
        found = dict.fromkeys(name for record in records for name in record.values)
    return list(found)[:MOST_COLUMNS]


def cell(values: Mapping[str, Any], name: str) -> str:
    """A field in a line: a text as it is, anything else as JSON."""
    if name not in values:
        return ABSENT
    value = values[name]
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_CELL else f"{line[: LONGEST_CELL - 1]}…"
