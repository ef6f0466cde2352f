"""What people look for in the request log, and how it is found."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Integer, Text, bindparam

from core.clock import Milliseconds
from core.ids import first_id_at
from core.request_store import RequestFilter
from store.paging import Scope
from store.schema.requests import requests as table

SLACK: Milliseconds = 3_600_000
"""How far the time in an id may be from the moment at which the request began: it is made when
what was sent has been answered."""
FIRST_REFUSAL = 400

# Written out, not bound: SQLite takes a partial index only where its condition stands in words.
_REFUSED = table.c.status >= bindparam(
    "first_refusal", FIRST_REFUSAL, type_=Integer, literal_execute=True
)
_WENT_OUT = table.c.direction == bindparam("out", "out", type_=Text, literal_execute=True)


def scope_of(tenant: str, which: RequestFilter) -> Scope:
    """The conditions of a filter, by how they are found."""
    scope = Scope([table.c.tenant == tenant])
    if which.run_id is not None:
        scope.indexed.append(table.c.run_id == which.run_id)
    _add_time(scope, which)
    if which.status is not None:
        _add_statuses(scope, which.status, which.status + 1)
    if which.outcome == "none":
        scope.indexed += [table.c.status.is_(None), _WENT_OUT]
    elif which.outcome is not None:
        first = int(which.outcome[0]) * 100
        _add_statuses(scope, first, first + 100)
    scope.searched += _equal(which)
    if which.text is not None:
        scope.searched.append(table.c.url.icontains(which.text, autoescape=True))
    return scope


def _add_time(scope: Scope, which: RequestFilter) -> None:
    if which.since is not None:
        scope.indexed.append(table.c.id >= first_id_at(which.since - SLACK))
        scope.checked.append(table.c.started_at >= which.since)
    if which.until is not None:
        scope.indexed.append(table.c.id < first_id_at(which.until + SLACK))
        scope.checked.append(table.c.started_at < which.until)


def _add_statuses(scope: Scope, first: int, end: int) -> None:
    if first >= FIRST_REFUSAL:
        scope.indexed.append(_REFUSED)
    scope.searched.append((table.c.status >= first) & (table.c.status < end))


def _equal(which: RequestFilter) -> list[ColumnElement[bool]]:
    wanted = {table.c.direction: which.direction, table.c.automation_id: which.automation_id}
    return [column == value for column, value in wanted.items() if value is not None]
