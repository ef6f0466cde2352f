"""Runs of keys that keep failing: those that are held, and those that failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Exists,
    ScalarSelect,
    Select,
    func,
    null,
    select,
    text,
    union_all,
)
from sqlalchemy.sql.expression import TextClause

from core.event_keys import EventKey
from core.model import Page, Run
from core.quarantine import QuarantinedKey
from core.writes import ListQuery
from store.database import Database
from store.run_rows import run_of
from store.schema.quarantine import quarantine_keys
from store.schema.runs import SUSPECT, runs

_SUSPECT = text(SUSPECT)
_HELD_RUN = text("status = 'held'")
_FAILED_RUN = text("status IN ('failed', 'halted')")
_LISTED = [null().label(one.name) if one is runs.c.output else one for one in runs.columns]


class SuspectRuns:
    """Reads the table `runs` by the keys of quarantines."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def held(self, key: EventKey, query: ListQuery) -> Page[Run]:
        """The held runs of a key in order, without their outputs; the cursor is a position."""
        statement = select(*_LISTED).where(*_runs_of(key), _HELD_RUN)
        if query.cursor is not None:
            statement = statement.where(runs.c.position > int(query.cursor))
        rows = self._database.rows(statement.order_by(runs.c.position).limit(query.limit + 1))
        shown = rows[: query.limit]
        following = str(shown[-1].position) if len(rows) > query.limit else None
        return Page(tuple(run_of(row) for row in shown), following)

    def first_held(self, keys: Sequence[EventKey], each: int) -> Mapping[EventKey, Sequence[Run]]:
        """The first held runs of several keys in order: one statement for all of them."""
        found: dict[EventKey, list[Run]] = {key: [] for key in keys}
        if not found:
            return found
        parts = [_first_held(key, each).subquery() for key in found]
        for row in self._database.rows(union_all(*(select(part) for part in parts))):
            found[EventKey(row.tenant, row.automation_id, row.quarantine_key)].append(run_of(row))
        for runs_of_key in found.values():
            runs_of_key.sort(key=lambda run: run.position or 0)
        return found

    def failed(self, held: QuarantinedKey, most: int) -> Sequence[Run]:
        """The runs whose failures were counted and which nobody has replayed, in order."""
        rows = self._database.rows(
            select(*_LISTED)
            .where(
                *_runs_of(held.key),
                _FAILED_RUN,
                # Not by the index of ends: the key has far fewer than the tenant.
                runs.c.finished_at + 0 >= held.failing_since,
                ~_is_replayed(),
            )
            .order_by(runs.c.position)
            .limit(most)
        )
        return [run_of(row) for row in rows]


def count_of_held() -> ScalarSelect[int]:
    """How many runs are held of the key of a row of `quarantine_keys`."""
    return (
        select(func.count())
        .select_from(runs)
        .where(
            runs.c.tenant == quarantine_keys.c.tenant,
            runs.c.automation_id == quarantine_keys.c.automation_id,
            runs.c.quarantine_key == quarantine_keys.c.key,
            _SUSPECT,
            _HELD_RUN,
        )
        .scalar_subquery()
    )


def _first_held(key: EventKey, each: int) -> Select[Any]:
    held = select(*_LISTED).where(*_runs_of(key), _HELD_RUN)
    return held.order_by(runs.c.position).limit(each)


def _is_replayed() -> Exists:
    replays = runs.alias("replays")
    return (
        select(replays.c.id)
        .where(
            replays.c.tenant == runs.c.tenant,
            replays.c.automation_id == runs.c.automation_id,
            replays.c.quarantine_key == runs.c.quarantine_key,
            replays.c.replay_of == runs.c.id,
            _SUSPECT,
        )
        .exists()
    )


def _runs_of(key: EventKey) -> tuple[ColumnElement[bool] | TextClause, ...]:
    return (
        runs.c.tenant == key.tenant,
        runs.c.automation_id == key.automation_id,
        runs.c.quarantine_key == key.key,
        _SUSPECT,
    )
