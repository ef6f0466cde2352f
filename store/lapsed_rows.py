"""Rows of every tenant that are over at a moment of their own."""

from __future__ import annotations

from sqlalchemy import Column, Table, bindparam, delete, select

from core.clock import Milliseconds
from core.retention import Batch, Cursor
from core.writes import Write
from store.database import Database
from store.expired_rows import MOST_ROWS


class LapsedRows:
    """A table whose rows are over at `moment`; NULL is never (`core.retention.Lapsed`)."""

    def __init__(self, database: Database, table: Table, moment: Column[int]) -> None:
        self._database = database
        self._moment = moment
        self._key = list(table.primary_key.columns)
        mine = [column == bindparam(f"which_{column.name}") for column in self._key]
        # One that was put off meanwhile stays.
        self._delete = database.prepare(delete(table).where(*mine, moment < bindparam("before")))

    def batch(self, before: Milliseconds, cursor: Cursor | None) -> Batch | None:
        """Those whose moment is before this one, from the moment at `cursor` on."""
        rows = self._database.rows(
            select(self._moment.label("moment"), *self._key)
            .where(self._moment >= (cursor or 0), self._moment < before)
            .order_by(self._moment)
            .limit(MOST_ROWS)
        )
        if not rows:
            return None
        which = [{f"which_{one.name}": row._mapping[one] for one in self._key} for row in rows]
        writes = [Write(self._delete, {**one, "before": before}) for one in which]
        return Batch(writes, len(rows), rows[-1].moment)
