"""Runs that have ended, as they grow old: which nothing needs, and what goes with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Table,
    bindparam,
    delete,
    func,
    select,
)

from core.clock import Milliseconds
from core.retention import Batch, Cursor
from core.writes import Write
from store.database import Database
from store.expired_rows import length_of, within_weight
from store.needed_runs import (
    is_not_needed,
    is_not_needed_by_replays,
    waits_for_its_key_to_be_released,
)
from store.prepared import Prepared
from store.schema.approvals import approvals
from store.schema.events import events
from store.schema.quarantine import quarantine_keys as keys
from store.schema.runs import runs as table
from store.schema.runs import signals, step_runs
from store.taking_turns import before_deleting

MOST_RUNS = 50
"""Runs of one batch: with all that is theirs they take the writer about as long as others' rows."""

_FOUND = [
    table.c[name]
    for name in ("id", "event_id", "replay_of", "finished_at", "automation_id", "quarantine_key")
]


class ExpiredRuns:
    """The table `runs`, and what belongs to a run alone (`core.retention.Expired`)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._in_turn = before_deleting(database)
        self._delete_run = database.prepare(
            delete(table).where(
                table.c.id == bindparam("which"),
                table.c.tenant == bindparam("which_tenant"),
                table.c.finished_at.is_not(None),
                is_not_needed_by_replays(),
                ~waits_for_its_key_to_be_released(),
            )
        )
        self._delete_parts = [
            _prepare_delete(database, part, part.c.run_id)
            for part in (step_runs, signals, approvals)
        ]
        self._delete_event = _prepare_delete(database, events, events.c.id)
        self._delete_edits = _prepare_delete(database, events, events.c.replaces)
        self._forget_failures = _prepare_forget_failures(database)

    def beyond(self, tenant: str, most: int) -> Milliseconds | None:
        """The end of the oldest of the `most` runs that ended last."""
        row = self._database.first(
            select(table.c.finished_at)
            .where(table.c.tenant == tenant, table.c.finished_at.is_not(None))
            .order_by(table.c.finished_at.desc())
            .offset(most - 1)
            .limit(1)
        )
        return None if row is None else int(row[0])

    def batch(self, tenant: str, before: Milliseconds, cursor: Cursor | None) -> Batch | None:
        """Those that ended before a moment and are not needed, from the end at `cursor` on."""
        found = self._database.rows(
            select(*_FOUND, _came_first(), _weight())
            .where(
                table.c.tenant == tenant,
                table.c.finished_at >= (cursor or 0),
                table.c.finished_at < before,
                is_not_needed(),
            )
            .order_by(table.c.finished_at)
            .limit(MOST_RUNS)
        )
        runs = within_weight(found)
        if not runs:
            return None
        return Batch([*self._in_turn, *self._writes(tenant, runs)], len(runs), runs[-1].finished_at)

    def _writes(self, tenant: str, runs: Sequence[Row[Any]]) -> Iterator[Write]:
        ids = [run.id for run in runs]
        # What a run is for goes with the first run of it: that one stays while it is repeated.
        first = [run for run in runs if run.replay_of is None]
        edited = [run.came_first for run in first if run.came_first is not None]
        yield from _each(self._delete_run, tenant, ids, guarded=True)
        for statement in self._delete_parts:
            yield from _each(statement, tenant, ids)
        yield from _each(self._delete_event, tenant, [run.event_id for run in first])
        yield from _each(self._delete_event, tenant, edited)
        yield from _each(self._delete_edits, tenant, edited)
        for run in runs:
            if run.quarantine_key is not None:
                yield Write(self._forget_failures, _failed_key(tenant, run))


def _each(
    statement: Prepared, tenant: str, ids: Iterable[str], *, guarded: bool = False
) -> Iterator[Write]:
    for one in ids:
        yield Write(statement, {"which": one, "which_tenant": tenant}, guarded=guarded)


def _prepare_delete(database: Database, part: Table, key: ColumnElement[str]) -> Prepared:
    mine = (key == bindparam("which")) & (part.c.tenant == bindparam("which_tenant"))
    return database.prepare(delete(part).where(mine))


def _prepare_forget_failures(database: Database) -> Prepared:
    """Of a key that is not held, once the last run of it that failed is gone."""
    return database.prepare(
        delete(keys).where(
            keys.c.tenant == bindparam("which_tenant"),
            keys.c.automation_id == bindparam("which_automation"),
            keys.c.key == bindparam("which_key"),
            keys.c.run_id == bindparam("which"),
            keys.c.held_at.is_(None),
        )
    )


def _failed_key(tenant: str, run: Row[Any]) -> dict[str, str]:
    return {
        "which": run.id,
        "which_tenant": tenant,
        "which_automation": run.automation_id,
        "which_key": run.quarantine_key,
    }


def _came_first() -> ColumnElement[str | None]:
    """The event in the place of which the run was given another one."""
    event = select(events.c.replaces).where(events.c.id == table.c.event_id)
    return event.scalar_subquery().label("came_first")


def _weight() -> ColumnElement[int]:
    """Bytes of what is large in a run."""
    event = select(length_of(events.c.raw, events.c.body)).where(events.c.id == table.c.event_id)
    steps = select(func.sum(length_of(step_runs.c.output))).where(step_runs.c.run_id == table.c.id)
    parts = (event.scalar_subquery(), steps.scalar_subquery())
    weight = length_of(table.c.output) + sum(func.coalesce(part, 0) for part in parts)
    return weight.label("weight")
