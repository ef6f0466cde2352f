"""Rows that stand alone, as they grow old: those of logs and lists, found by their ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Row,
    Table,
    bindparam,
    delete,
    func,
    literal,
    select,
    true,
)

from core.clock import Milliseconds
from core.ids import first_id_at
from core.retention import Batch, Cursor
from core.writes import Write
from store.database import Database

MOST_ROWS = 200
"""Rows of one batch: so many take the writer a few milliseconds."""
MOST_BYTES = 2**20
"""Bytes of one batch, but for a single row that has more: SQLite goes through all their pages."""


class ExpiredRows:
    """A table with `tenant` and `id` (`core.retention.Expired`).

    `made_at` is the moment that an id has in it, too; rows that come to an end later have that in
    `ended_at`. `unneeded` holds for those that nothing needs.
    """

    def __init__(
        self,
        database: Database,
        table: Table,
        made_at: Column[int],
        bodies: Sequence[Column[Any]] = (),
        ended_at: Column[int] | None = None,
        unneeded: ColumnElement[bool] | None = None,
    ) -> None:
        self._database = database
        self._table = table
        self._made_at = made_at
        self._weight = length_of(*bodies).label("weight")
        self._ended_at = made_at if ended_at is None else ended_at
        self._unneeded = true() if unneeded is None else unneeded
        mine = (table.c.id == bindparam("which")) & (table.c.tenant == bindparam("which_tenant"))
        self._delete = database.prepare(delete(table).where(mine, self._ended_at.is_not(None)))

    def beyond(self, tenant: str, most: int) -> Milliseconds | None:
        """The moment of the oldest of the `most` newest."""
        columns = self._table.c
        row = self._database.first(
            select(self._made_at)
            .where(columns.tenant == tenant)
            .order_by(columns.id.desc())
            .offset(most - 1)
            .limit(1)
        )
        return None if row is None else int(row[0])

    def batch(self, tenant: str, before: Milliseconds, cursor: Cursor | None) -> Batch | None:
        """Those that were made and over before a moment, with ids after `cursor`."""
        columns = self._table.c
        found = self._database.rows(
            select(columns.id, self._weight)
            .where(
                columns.tenant == tenant,
                columns.id > (cursor or ""),
                columns.id < first_id_at(before),
                self._made_at < before,
                self._ended_at < before,
                self._unneeded,
            )
            .order_by(columns.id)
            .limit(MOST_ROWS)
        )
        rows = within_weight(found)
        if not rows:
            return None
        which = [{"which": row.id, "which_tenant": tenant} for row in rows]
        return Batch([Write(self._delete, one) for one in which], len(rows), rows[-1].id)


def length_of(*bodies: Column[Any]) -> ColumnElement[int]:
    """How many bytes are in columns, together."""
    return sum((func.coalesce(func.length(one), 0) for one in bodies), start=literal(0))


def within_weight(rows: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """The first ones, as far as they are not too many bytes; one at least."""
    weight = 0
    for number, row in enumerate(rows):
        weight += row.weight
        if number and weight > MOST_BYTES:
            return rows[:number]
    return rows
