"""Runs in lists: found by what people look for, in parts, without their outputs."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, bindparam, null, or_, select, union_all

from core.clock import Milliseconds
from core.ids import first_id_at
from core.model import Page, Run
from core.run_store import RunFilter
from core.states import RUN_FAILURES, RunStatus
from core.writes import LOOKED_AT, ListQuery
from store.database import Database
from store.paging import Scope, search
from store.run_rows import run_of
from store.schema.events import idempotency_keys as keys
from store.schema.runs import runs as table

SLACK: Milliseconds = 60_000
"""How far the time in a run's id may be from the moment that it says it was created at."""
ID_LENGTH = 36

_LISTED = [null().label(one.name) if one is table.c.output else one for one in table.columns]


class RunLists:
    """Lists of the table `runs`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, tenant: str, which: RunFilter, query: ListQuery) -> Page[Run]:
        """A tenant's runs that fit, the newest first. A run's whole id finds it wherever it is."""
        scope = _scope(tenant, which)
        if which.text is not None and len(which.text) == ID_LENGTH:
            named = select(*_LISTED).where(table.c.id == which.text.lower(), *scope.conditions)
            if (row := self._database.first(named)) is not None:
                return Page((run_of(row),), None)
        statement = select(*_LISTED)
        return search(self._database, statement, table.c.id, scope, query, run_of, LOOKED_AT)

    def newest_of(
        self, tenant: str, automation_ids: Sequence[str], each: int
    ) -> Mapping[str, builtins.list[Run]]:
        """The last runs of several automations, the newest first: one statement for all."""
        found: dict[str, builtins.list[Run]] = {one: [] for one in automation_ids}
        if not found:
            return found
        parts = [_newest(tenant, one, each).subquery() for one in found]
        for row in self._database.rows(union_all(*(select(part) for part in parts))):
            found[row.automation_id].append(run_of(row))
        for runs in found.values():
            runs.sort(key=lambda run: run.id, reverse=True)
        return found


def _newest(tenant: str, automation_id: str, each: int) -> Select[Any]:
    return (
        select(*_LISTED)
        .where(table.c.tenant == tenant, table.c.automation_id == automation_id)
        .order_by(table.c.id.desc())
        .limit(each)
    )


def _scope(tenant: str, which: RunFilter) -> Scope:
    scope = Scope([table.c.tenant == tenant])
    _add_statuses(scope, which.statuses)
    if which.automation_id is not None:
        _add_automation(scope, which.automation_id, by_status=len(scope.indexed) > 1)
    if which.since is not None:
        scope.indexed.append(table.c.id >= first_id_at(which.since - SLACK))
        scope.checked.append(table.c.created_at >= which.since)
    if which.until is not None:
        scope.indexed.append(table.c.id < first_id_at(which.until + SLACK))
        scope.checked.append(table.c.created_at < which.until)
    if which.text is not None:
        scope.searched.append(_mentions(tenant, which.text))
    return scope


def _add_statuses(scope: Scope, statuses: frozenset[RunStatus]) -> None:
    """Every state but one has its own index, and those of failures have one together."""
    if len(statuses) == 1 and RunStatus.SUCCEEDED not in statuses:
        scope.indexed += [table.c.status == next(iter(statuses)), NOT_SUCCEEDED]
    elif statuses == RUN_FAILURES:
        scope.indexed.append(GONE_WRONG)
    elif statuses:
        scope.searched.append(table.c.status.in_(sorted(statuses)))


def _add_automation(scope: Scope, automation_id: str, *, by_status: bool) -> None:
    if by_status:
        # Joined to nothing, so that the index of the states is taken and not this column's own.
        scope.searched.append(table.c.automation_id.concat("") == automation_id)
    else:
        scope.indexed.append(table.c.automation_id == automation_id)


def _mentions(tenant: str, text: str) -> ColumnElement[bool]:
    keyed = select(keys.c.event_id).where(
        keys.c.tenant == tenant, keys.c.key.endswith(f" {text}", autoescape=True)
    )
    return or_(
        table.c.error.icontains(text, autoescape=True),
        table.c.id.icontains(text, autoescape=True),
        table.c.event_id.icontains(text, autoescape=True),
        table.c.event_id.in_(keyed),
    )


# Written out, not bound: SQLite takes a partial index only where its condition stands in words.
NOT_SUCCEEDED = table.c.status != bindparam(
    "succeeded", RunStatus.SUCCEEDED.value, type_=Text, literal_execute=True
)
"""What the index of all states but one asks for."""
GONE_WRONG = table.c.status.in_(
    bindparam("failures", sorted(RUN_FAILURES), type_=Text, expanding=True, literal_execute=True)
)
"""What the index of runs that went wrong asks for."""
