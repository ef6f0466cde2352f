"""What every port of the store is made of: changes to be committed, and parts of lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Write:
    """One statement of a unit of work, and whether it must touch exactly one row.

    Where a guarded write touches none, the whole unit is refused with `GuardMissed`.
    """

    statement: Any
    parameters: Mapping[str, Any]
    guarded: bool = False


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Which part of a list: rows after `cursor` in the list's order, at most `limit`.

    `backwards` asks for the rows that stand just before the cursor, still in the list's order.
    """

    cursor: str | None = None
    limit: int = 50
    backwards: bool = False


LOOKED_AT = 3_000
"""Rows that one page of a list is sought among where no index knows the answer.

So many scattered rows are read within 150 ms from a disk that has not been asked for them before.
"""
