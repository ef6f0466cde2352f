"""Counts of ended runs: rows for closed buckets of time, and the runs themselves for the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Row,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from core.clock import Milliseconds
from core.states import RUN_ENDS, RunStatus
from core.statistics import BUCKET, BucketTally, Tally, Totals
from core.writes import Write
from store.database import Database
from store.prepared import Prepared
from store.run_lists import NOT_SUCCEEDED
from store.schema.counts import run_statistics as table
from store.schema.counts import run_statistics_marks as marks
from store.schema.runs import runs

REMEMBERED = 256
"""Spans of time that are remembered as they were added up."""
_OPEN = tuple(status for status in RunStatus if status not in RUN_ENDS)
_DURATION = runs.c.finished_at - runs.c.created_at
_COUNTED = (
    *(func.sum(case((runs.c.status == end, 1), else_=0)).label(end) for end in sorted(RUN_ENDS)),
    func.sum(_DURATION).label("total_duration"),
    func.max(_DURATION).label("longest"),
)


class RunStatistics:
    """The tables `run_statistics` and `run_statistics_marks`, and the ends of `runs`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        insert = database.insert(table)
        names = [column.name for column in table.columns]
        counted = [name for name in names if name not in ("tenant", "bucket", "automation_id")]
        self._keep = database.prepare(
            insert.on_conflict_do_update(
                index_elements=["tenant", "bucket", "automation_id"],
                set_={name: insert.excluded[name] for name in counted},
            ),
            names,
        )
        self._move_mark = _prepare_mark(database)
        # What is kept changes with the mark alone; a month of it takes a while to be added up.
        self._kept = lru_cache(REMEMBERED)(self._read_kept)

    def totals(
        self, tenant: str, since: Milliseconds, until: Milliseconds, width: Milliseconds
    ) -> Totals:
        """What ended in a time, by spans and by automations: as it is kept, and what is not."""
        mark = self.counted_until(tenant) or 0
        kept = self._kept(tenant, since, min(mark, until + 1), width)
        spans, automations = dict(kept.spans), dict(kept.automations)
        fresh = _ended_since(tenant, max(since, mark)) & (runs.c.finished_at <= until)
        for one in self._count(width, fresh):
            spans[one.bucket] = spans.get(one.bucket, Tally()) + one.tally
            known = automations.get(one.automation_id, Tally())
            automations[one.automation_id] = known + one.tally
        return Totals(spans, automations)

    def not_ended(self, tenant: str, most: int) -> Mapping[RunStatus, int]:
        """How many runs have not ended, by their state; each counted no further than `most`."""
        parts = [self._some_of(tenant, status, most) for status in _OPEN]
        counted = {row.state: row.number for row in self._database.rows(union_all(*parts))}
        return {status: counted[status] for status in _OPEN}

    def counted_until(self, tenant: str) -> Milliseconds | None:
        """The end of the last closed bucket that is kept, or None before the first."""
        row = self._database.first(select(marks.c.counted_until).where(marks.c.tenant == tenant))
        return row[0] if row else None

    def first_end(self, tenant: str, since: Milliseconds) -> Milliseconds | None:
        """When the first run ended from this moment on."""
        row = self._database.first(
            select(runs.c.finished_at)
            .where(runs.c.tenant == tenant, runs.c.finished_at >= since)
            .order_by(runs.c.finished_at)
            .limit(1)
        )
        return row[0] if row else None

    def count(self, tenant: str, since: Milliseconds, until: Milliseconds) -> Sequence[BucketTally]:
        """Counts the runs themselves that ended in a time."""
        return self._count(BUCKET, _ended_since(tenant, since) & (runs.c.finished_at < until))

    def keep(self, tenant: str, tally: BucketTally) -> Write:
        """Puts a closed bucket in the place of what was kept of it."""
        counted = tally.tally
        return Write(
            self._keep,
            {
                "tenant": tenant,
                "bucket": tally.bucket,
                "automation_id": tally.automation_id,
                "succeeded": counted.succeeded,
                "failed": counted.failed,
                "halted": counted.halted,
                "cancelled": counted.cancelled,
                "total_duration": counted.total_duration,
                "longest": counted.longest,
            },
        )

    def move_mark(self, tenant: str, old: Milliseconds | None, new: Milliseconds) -> Write:
        """Says until when buckets are kept; guarded: refused unless it was `old` before."""
        values = {"tenant": tenant, "counted_until": new, "old": old}
        return Write(self._move_mark, values, guarded=True)

    def _read_kept(
        self, tenant: str, since: Milliseconds, end: Milliseconds, width: Milliseconds
    ) -> Totals:
        """What is kept of a time that ends with the mark, or before it."""
        spans: dict[Milliseconds, Tally] = {}
        automations: dict[str, Tally] = {}
        for row in self._database.rows(_kept(tenant, since, end, width)):
            if row.automation_id is None:
                spans[int(row.span)] = _tally(row)
            else:
                automations[row.automation_id] = _tally(row)
        return Totals(spans, automations)

    def _count(self, width: Milliseconds, which: ColumnElement[bool]) -> Sequence[BucketTally]:
        rows = self._database.rows(
            select(_begin(runs.c.finished_at, width), runs.c.automation_id, *_COUNTED)
            .where(which)
            .group_by("span", runs.c.automation_id)
        )
        return [_bucket_tally(row) for row in rows]

    def _some_of(self, tenant: str, status: RunStatus, most: int) -> Any:
        some = (
            select(runs.c.id)
            .where(runs.c.tenant == tenant, runs.c.status == status, NOT_SUCCEEDED)
            .limit(most)
            .subquery()
        )
        state = literal(status.value).label("state")
        return select(state, func.count().label("number")).select_from(some)


def _kept(
    tenant: str, since: Milliseconds, end: Milliseconds, width: Milliseconds
) -> CompoundSelect[Any]:
    """What is kept, added up by spans, with no automation, and by automations, with no span.

    The database adds it up: a row for each span of each automation takes many times longer here.
    """
    which = (table.c.tenant == tenant) & (table.c.bucket >= since) & (table.c.bucket < end)
    both = select(_begin(table.c.bucket, width), table.c.automation_id, *_summed(table)).where(
        which
    )
    found = both.group_by("span", table.c.automation_id).cte("found")
    nobody = cast(null(), Text).label("automation_id")
    whenever = cast(null(), BigInteger).label("span")
    by_span = select(found.c.span, nobody, *_summed(found)).group_by(found.c.span)
    by_automation = select(whenever, found.c.automation_id, *_summed(found))
    return union_all(by_span, by_automation.group_by(found.c.automation_id))


def _summed(counts: FromClause) -> Sequence[ColumnElement[int]]:
    return (
        *(func.sum(counts.c[end]).label(end) for end in sorted(RUN_ENDS)),
        func.sum(counts.c.total_duration).label("total_duration"),
        func.max(counts.c.longest).label("longest"),
    )


def _begin(moment: ColumnElement[int], width: Milliseconds) -> ColumnElement[int]:
    return (moment - moment % literal(width, BigInteger)).label("span")


def _prepare_mark(database: Database) -> Prepared:
    insert = database.insert(marks)
    unmoved = marks.c.counted_until == bindparam("old", type_=BigInteger)
    return database.prepare(
        insert.on_conflict_do_update(
            index_elements=["tenant"],
            set_={"counted_until": insert.excluded.counted_until},
            where=unmoved,
        ),
        ["tenant", "counted_until", "old"],
    )


def _ended_since(tenant: str, since: Milliseconds) -> ColumnElement[bool]:
    return (runs.c.tenant == tenant) & (runs.c.finished_at >= since)


def _bucket_tally(row: Row[Any]) -> BucketTally:
    return BucketTally(int(row.span), row.automation_id, _tally(row))


def _tally(row: Row[Any]) -> Tally:
    # PostgreSQL sums whole numbers to decimals.
    return Tally(
        succeeded=int(row.succeeded),
        failed=int(row.failed),
        halted=int(row.halted),
        cancelled=int(row.cancelled),
        total_duration=int(row.total_duration),
        longest=int(row.longest),
    )
