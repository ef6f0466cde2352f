"""What tenants use: counted by the statements that add the rows, so in the same commit as these."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select

from core.clock import Milliseconds
from core.usage import Counted, Crossing, Month, Used, month_of
from core.writes import Write
from store.database import Database
from store.prepared import Cursor, Prepared, Values
from store.schema import quota_crossings as crossings
from store.schema import usage_counts as table

SLOTS = 64
"""Rows that share a count where many commit at once: each thread has its own, and none waits."""


class Usage:
    """The tables `usage_counts` and `quota_crossings`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cross = database.prepare(
            database.insert(crossings).on_conflict_do_nothing(),
            [column.name for column in crossings.columns],
        )

    def used(self, tenant: str, month: str) -> Used:
        """How much of a month is used."""
        row = self._database.first(
            select(
                func.sum(table.c.events).label("events"), func.sum(table.c.runs).label("runs")
            ).where(table.c.tenant == tenant, table.c.month == month)
        )
        # PostgreSQL sums whole numbers to decimals.
        return Used(int(row.events or 0), int(row.runs or 0)) if row else Used()

    def cross(self, crossing: Crossing) -> Write:
        """Notes a crossing; guarded: refused when it is noted already."""
        return Write(
            self._cross,
            {
                "tenant": crossing.tenant,
                "month": crossing.month,
                "counted": crossing.counted.value,
                "size": crossing.size,
                "percent": crossing.percent,
                "used": crossing.used,
                "crossed_at": crossing.crossed_at,
            },
            guarded=True,
        )

    def crossings(self, tenant: str, month: str) -> Sequence[Crossing]:
        """What is noted of a month, the oldest first."""
        rows = self._database.rows(
            select(crossings)
            .where(crossings.c.tenant == tenant, crossings.c.month == month)
            .order_by(crossings.c.crossed_at, crossings.c.size, crossings.c.percent)
        )
        return [_crossing(row) for row in rows]


class CountedInsert:
    """An INSERT that counts the rows it adds, by tenant and month, as it is executed.

    `moment` is the column that says in which month a row counts. With `only` a row counts where
    that column is not empty.
    """

    inserts = True

    def __init__(
        self,
        database: Database,
        insert: Prepared,
        counted: Counted,
        moment: str,
        only: str | None = None,
    ) -> None:
        self._insert = insert
        self._name = counted.value
        self._nothing = {one.value: 0 for one in Counted}
        self._moment = moment
        self._only = only
        self._shared = not database.is_sqlite
        self._month: Month | None = None
        added = database.insert(table)
        self._add = database.prepare(
            added.on_conflict_do_update(
                index_elements=["tenant", "month", "slot"],
                set_={name: table.c[name] + added.excluded[name] for name in Counted},
            ),
            [column.name for column in table.columns],
        )

    def execute(self, cursor: Cursor, rows: Sequence[Values]) -> int:
        """Adds the rows and counts them; how many there are."""
        touched = self._insert.execute(cursor, rows)
        counts: dict[tuple[str, str], int] = {}
        for row in rows:
            if self._only is None or row[self._only]:
                whose = row["tenant"], self._month_at(row[self._moment])
                counts[whose] = counts.get(whose, 0) + 1
        if counts:
            # In one order, so that two transactions never wait for one another.
            self._add.execute(cursor, [self._count(*one) for one in sorted(counts.items())])
        return touched

    def _count(self, whose: tuple[str, str], number: int) -> Values:
        tenant, month = whose
        slot = _slots.mine() if self._shared else 0
        return {**self._nothing, "tenant": tenant, "month": month, "slot": slot, self._name: number}

    def _month_at(self, moment: Milliseconds) -> str:
        month = self._month
        if month is None or not month.begin <= moment < month.end:
            month = self._month = month_of(moment)
        return month.name


class _Slots:
    """Gives each thread a slot of its own, as long as there are enough."""

    def __init__(self) -> None:
        # Processes begin at different ones.
        self._next = itertools.count(random.randrange(SLOTS))  # noqa: S311  no secret
        self._of_thread = threading.local()

    def mine(self) -> int:
        """The slot of this thread."""
        slot: int | None = getattr(self._of_thread, "slot", None)
        if slot is None:
            slot = self._of_thread.slot = next(self._next) % SLOTS
        return slot


_slots = _Slots()
"""One for all tables: a transaction that counts in several of them takes one row, and no ring of
transactions that wait for one another can come about."""


def _crossing(row: Row[Any]) -> Crossing:
    return Crossing(
        row.tenant,
        row.month,
        Counted(row.counted),
        row.size,
        row.percent,
        row.used,
        row.crossed_at,
    )
