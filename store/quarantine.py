"""Keys whose runs fail one after another, and the runs that are held for them."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Row,
    Select,
    bindparam,
    case,
    delete,
    func,
    null,
    select,
    text,
    union_all,
)
from sqlalchemy.sql.expression import TextClause

from core.event_keys import EventKey
from core.model import Page, Run
from core.platform_events import PlatformEvent
from core.quarantine import KeyFailure, QuarantinedKey, QuarantineFilter
from core.writes import ListQuery, Write
from store.database import Database
from store.paging import newest_first
from store.platform_events import event_columns
from store.prepared import Prepared
from store.run_rows import run_of
from store.schema.events import platform_events as outbox
from store.schema.quarantine import quarantine_keys as table
from store.schema.runs import SUSPECT, runs
from store.turns import turns_of_key

LONGEST_ERROR = 2_000
"""Characters of an error that are kept beside a key; its run has the whole."""

_IS_HELD = text("held_at IS NOT NULL")
_SUSPECT = text(SUSPECT)
_HELD_RUN = text("status = 'held'")
_FAILED_RUN = text("status IN ('failed', 'halted')")
_LISTED = [null().label(one.name) if one is runs.c.output else one for one in runs.columns]


class Quarantine:
    """The table `quarantine_keys`: a row for each key that failed and has not succeeded since."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._failed = _prepare_failed(database)
        self._succeeded = database.prepare(
            delete(table).where(*_of_key(), table.c.held_at.is_(None))
        )
        self._tell = _prepare_tell(database)
        self._remove = database.prepare(
            delete(table).where(
                *_of_key(), table.c.id == bindparam("which"), table.c.held_at.is_not(None)
            ),
            turns=turns_of_key,
        )

    def failed(self, failure: KeyFailure, limit: int) -> Write:
        """Counts a failure; with the `limit`-th in a row the key is held from `at` on."""
        key = failure.key
        values = {
            "id": failure.id,
            "tenant": key.tenant,
            "automation_id": key.automation_id,
            "key": key.key,
            "failures": 1,
            "failing_since": failure.at,
            "failed_at": failure.at,
            "run_id": failure.run_id,
            "error": None if failure.error is None else failure.error[:LONGEST_ERROR],
            "held_at": failure.at if limit <= 1 else None,
            "held_by": failure.run_id if limit <= 1 else None,
        }
        again = {"most": limit, "at": failure.at, "by": failure.run_id}
        return Write(self._failed, {**values, **again, **_which(key)})

    def succeeded(self, key: EventKey) -> Write:
        """Forgets the failures of a key that is not held."""
        return Write(self._succeeded, _which(key))

    def tell_of_hold(self, event: PlatformEvent, failure: KeyFailure) -> Write:
        """Adds an event to the outbox if the failure, counted beside it, made the key held."""
        told = {f"told_{name}": value for name, value in event_columns(event).items()}
        return Write(self._tell, {**told, **_which(failure.key), "by": failure.run_id})

    def remove(self, held: QuarantinedKey) -> Write:
        """Ends the quarantine of a key; guarded: refused when somebody else did."""
        return Write(self._remove, {**_which(held.key), "which": held.id}, guarded=True)

    def get(self, tenant: str, quarantine_id: str) -> QuarantinedKey | None:
        """A key that is held, or None."""
        row = self._database.first(_held(tenant).where(table.c.id == quarantine_id))
        return _quarantined(row) if row else None

    def list(self, tenant: str, which: QuarantineFilter, query: ListQuery) -> Page[QuarantinedKey]:
        """The keys that are held; the one that began to fail last comes first."""
        statement = _held(tenant)
        if which.automation_id is not None:
            statement = statement.where(table.c.automation_id == which.automation_id)
        if which.key is not None:
            statement = statement.where(table.c.key == which.key)
        return newest_first(self._database, statement, table.c.id, query, _quarantined)

    def count(self, tenant: str, most: int) -> int:
        """How many keys are held, counted no further than `most`."""
        some = select(table.c.id).where(table.c.tenant == tenant, _IS_HELD).limit(most).subquery()
        row = self._database.first(select(func.count()).select_from(some))
        return int(row[0]) if row else 0

    def held_runs(self, key: EventKey, query: ListQuery) -> Page[Run]:
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
        found: dict[EventKey, builtins.list[Run]] = {key: [] for key in keys}
        if not found:
            return found
        parts = [_first_held(key, each).subquery() for key in found]
        for row in self._database.rows(union_all(*(select(part) for part in parts))):
            found[EventKey(row.tenant, row.automation_id, row.quarantine_key)].append(run_of(row))
        for runs_of_key in found.values():
            runs_of_key.sort(key=lambda run: run.position or 0)
        return found

    def failed_runs(self, held: QuarantinedKey, most: int) -> Sequence[Run]:
        """The runs whose failures were counted and which nobody has replayed, in order."""
        replays = runs.alias("replays")
        replayed = (
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
        rows = self._database.rows(
            select(*_LISTED)
            .where(
                *_runs_of(held.key),
                _FAILED_RUN,
                # Not by the index of ends: the key has far fewer than the tenant.
                runs.c.finished_at + 0 >= held.failing_since,
                ~replayed,
            )
            .order_by(runs.c.position)
            .limit(most)
        )
        return [run_of(row) for row in rows]


def _first_held(key: EventKey, each: int) -> Select[Any]:
    held = select(*_LISTED).where(*_runs_of(key), _HELD_RUN)
    return held.order_by(runs.c.position).limit(each)


def _prepare_failed(database: Database) -> Prepared:
    insert = database.insert(table)
    reached = (table.c.failures + 1 >= bindparam("most", type_=Integer)) & table.c.held_at.is_(None)
    at = bindparam("at", type_=BigInteger)
    return database.prepare(
        insert.on_conflict_do_update(
            index_elements=["tenant", "automation_id", "key"],
            set_={
                "failures": table.c.failures + 1,
                # Clocks of several machines differ: the earliest has every failure behind it.
                "failing_since": case(
                    (table.c.failing_since < at, table.c.failing_since), else_=at
                ),
                **{name: insert.excluded[name] for name in ("failed_at", "run_id", "error")},
                "held_at": case((reached, at), else_=table.c.held_at),
                "held_by": case((reached, bindparam("by")), else_=table.c.held_by),
            },
        ),
        [*(column.name for column in table.columns), "most", "at", "by"],
        turns=turns_of_key,
    )


def _prepare_tell(database: Database) -> Prepared:
    """An INSERT of nothing unless the row of the key names the run as the one that held it."""
    names = [column.name for column in outbox.columns]
    told = [bindparam(f"told_{name}", type_=outbox.c[name].type).label(name) for name in names]
    made_by = table.c.held_by == bindparam("by")
    chosen = select(*told).where(*_of_key(), made_by).select_from(table)
    return database.prepare(database.insert(outbox).from_select(names, chosen))


def _held(tenant: str) -> Select[Any]:
    waiting = (
        select(func.count())
        .select_from(runs)
        .where(
            runs.c.tenant == table.c.tenant,
            runs.c.automation_id == table.c.automation_id,
            runs.c.quarantine_key == table.c.key,
            _SUSPECT,
            _HELD_RUN,
        )
        .scalar_subquery()
    )
    return select(table, waiting.label("held")).where(table.c.tenant == tenant, _IS_HELD)


def _of_key() -> tuple[ColumnElement[bool], ...]:
    return (
        table.c.tenant == bindparam("which_tenant"),
        table.c.automation_id == bindparam("which_automation"),
        table.c.key == bindparam("which_key"),
    )


def _runs_of(key: EventKey) -> tuple[ColumnElement[bool] | TextClause, ...]:
    return (
        runs.c.tenant == key.tenant,
        runs.c.automation_id == key.automation_id,
        runs.c.quarantine_key == key.key,
        _SUSPECT,
    )


def _which(key: EventKey) -> dict[str, Any]:
    return {
        "which_tenant": key.tenant,
        "which_automation": key.automation_id,
        "which_key": key.key,
    }


def _quarantined(row: Row[Any]) -> QuarantinedKey:
    return QuarantinedKey(
        id=row.id,
        key=EventKey(row.tenant, row.automation_id, row.key),
        failures=row.failures,
        failing_since=row.failing_since,
        run_id=row.run_id,
        error=row.error,
        held_at=row.held_at,
        held=row.held,
    )
