"""Keys whose runs fail one after another, and the runs that are held for them."""

from __future__ import annotations

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
    select,
    text,
)

from core.event_keys import EventKey
from core.model import Page, Run
from core.platform_events import PlatformEvent
from core.quarantine import KeyFailure, QuarantinedKey, QuarantineFilter
from core.writes import ListQuery, Write
from store.database import Database
from store.paging import newest_first
from store.platform_events import event_columns
from store.prepared import Prepared
from store.schema.events import platform_events as outbox
from store.schema.quarantine import quarantine_keys as table
from store.suspect_runs import SuspectRuns, count_of_held
from store.turns import turns_of_key

LONGEST_ERROR = 2_000
"""Characters of an error that are kept beside a key; its run has the whole."""

_IS_HELD = text("held_at IS NOT NULL")


class Quarantine:
    """The table `quarantine_keys`: a row for each key that failed and has not succeeded since."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._runs = SuspectRuns(database)
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
        return self._runs.held(key, query)

    def first_held(self, keys: Sequence[EventKey], each: int) -> Mapping[EventKey, Sequence[Run]]:
        """The first held runs of several keys in order: one statement for all of them."""
        return self._runs.first_held(keys, each)

    def failed_runs(self, held: QuarantinedKey, most: int) -> Sequence[Run]:
        """The runs whose failures were counted and which nobody has replayed, in order."""
        return self._runs.failed(held, most)


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
    return select(table, count_of_held().label("held")).where(table.c.tenant == tenant, _IS_HELD)


def _of_key() -> tuple[ColumnElement[bool], ...]:
    return (
        table.c.tenant == bindparam("which_tenant"),
        table.c.automation_id == bindparam("which_automation"),
        table.c.key == bindparam("which_key"),
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
