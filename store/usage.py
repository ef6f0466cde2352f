"""What tenants use: counted by the statements that add the rows, so in the same commit as these."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Insert, Row, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from core.clock import Milliseconds
from core.usage import Counted, Crossing, Month, Used, month_of
from core.writes import Write
from store.database import Database
from store.prepared import DriverCall, Turns, Values
from store.schema.counts import quota_crossings as crossings
from store.schema.counts import usage_counts as table

_COLUMNS = [column.name for column in table.columns]
_NOTHING: Mapping[str, int] = {one.value: 0 for one in Counted}

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
    """An INSERT that counts the rows it adds, by tenant and month: a `store.prepared.Statement`.

    `moment` is the column that says in which month a row counts. With `only` a row counts where
    that column is not empty.
    """

    def __init__(
        self,
        database: Database,
        statement: Insert,
        columns: Sequence[str],
        counted: Counted,
        moment: str,
        only: str | None = None,
        turns: Turns | None = None,
    ) -> None:
        self._insert = database.prepare(statement, columns, turns=turns)
        self.stage = self._insert.stage
        self.turns = self._insert.turns
        self._add = database.prepare(_adding(database), _COLUMNS)
        # Where each statement is a way to the database and back, one row is added and counted in
        # one; where a commit is shared by many, they are counted together.
        self._both = None
        if not database.is_sqlite:
            counting = _adding(database, "counted_").cte("counted")
            self._both = database.prepare(statement.add_cte(counting), columns)
        self._name = counted.value
        self._moment = moment
        self._only = only
        self._month: Month | None = None

    def calls(self, rows: Sequence[Values]) -> Sequence[DriverCall]:
        """Adds the rows, and counts them."""
        counts = self._counts(rows)
        if self._both is not None and len(rows) == 1 and counts:
            values = {f"counted_{name}": value for name, value in counts[0].items()}
            return self._both.calls([{**rows[0], **values}])
        adding = self._insert.calls(rows)
        return (*adding, *self._add.calls(counts)) if counts else adding

    def _counts(self, rows: Sequence[Values]) -> list[Values]:
        """What to add, in one order, so that two transactions never wait for one another."""
        counts: dict[tuple[str, str], int] = {}
        for row in rows:
            if self._only is None or row[self._only]:
                whose = row["tenant"], self._month_at(row[self._moment])
                counts[whose] = counts.get(whose, 0) + 1
        return [self._count(*one) for one in sorted(counts.items())]

    def _count(self, whose: tuple[str, str], number: int) -> Values:
        tenant, month = whose
        slot = 0 if self._both is None else _slots.mine()
        return {**_NOTHING, "tenant": tenant, "month": month, "slot": slot, self._name: number}

    def _month_at(self, moment: Milliseconds) -> str:
        month = self._month
        if month is None or not month.begin <= moment < month.end:
            month = self._month = month_of(moment)
        return month.name


def _adding(database: Database, prefix: str = "") -> sqlite.Insert | postgresql.Insert:
    """Adds to the count of a tenant's month; with a prefix, its parameters have other names."""
    added = database.insert(table)
    if prefix:
        named = {
            one.name: bindparam(f"{prefix}{one.name}", type_=one.type) for one in table.columns
        }
        added = added.values(named)
    return added.on_conflict_do_update(
        index_elements=["tenant", "month", "slot"],
        set_={name: table.c[name] + added.excluded[name] for name in _NOTHING},
    )


class _Slots:
    """Gives each thread a slot of its own, as long as there are enough."""

    def __init__(self) -> None:
        self._next: Iterator[int] | None = None
        self._of_thread = threading.local()

    def mine(self) -> int:
        """The slot of this thread."""
        slot: int | None = getattr(self._of_thread, "slot", None)
        if slot is None:
            if self._next is None:
                # Processes begin at different ones, also those that were forked from one.
                self._next = itertools.count(random.randrange(SLOTS))  # noqa: S311  no secret
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
