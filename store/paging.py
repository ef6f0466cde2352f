"""Lists in parts: keyset paging, so that the millionth row costs what the first does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Row, Select, select

from core.model import Page
from core.writes import ListQuery
from store.database import Database

Item = TypeVar("Item")
Make = Callable[[Row[Any]], Item]


@dataclass(slots=True)
class Scope:
    """What is looked for: conditions that an index finds, nearly all of them hold, or few do.

    `indexed` are found by an index in the list's order. `checked` hold for nearly every row that
    is found so. `searched` may hold for none: rows are looked at one by one.
    """

    indexed: list[ColumnElement[bool]]
    checked: list[ColumnElement[bool]] = field(default_factory=list)
    searched: list[ColumnElement[bool]] = field(default_factory=list)

    @property
    def conditions(self) -> Sequence[ColumnElement[bool]]:
        """All of them."""
        return (*self.indexed, *self.checked, *self.searched)


def newest_first(
    database: Database,
    statement: Select[Any],
    key: Column[Any],
    query: ListQuery,
    make: Make[Item],
) -> Page[Item]:
    """A page by falling `key`; the cursor is the last key shown."""
    if query.cursor is not None:
        statement = statement.where(key < query.cursor)
    return _page(database, statement.order_by(key.desc()), key, query, make)


def in_order(
    database: Database,
    statement: Select[Any],
    key: Column[Any],
    query: ListQuery,
    make: Make[Item],
) -> Page[Item]:
    """A page by rising `key`; the cursor is the last key shown."""
    if query.cursor is not None:
        statement = statement.where(key > query.cursor)
    return _page(database, statement.order_by(key), key, query, make)


def search(
    database: Database,
    statement: Select[Any],
    key: Column[Any],
    scope: Scope,
    query: ListQuery,
    make: Make[Item],
    most: int,
    *,
    rising: bool = False,
) -> Page[Item]:
    """A page by falling (or `rising`) `key` of what fits, which can be asked for backwards too.

    Where something has to be searched, at most `most` rows are looked at; the page is then `cut`
    and its `next` goes on behind them.
    """
    backwards = query.backwards and query.cursor is not None
    upwards = backwards is not rising
    indexed = list(scope.indexed)
    if query.cursor is not None:
        indexed.append(key > query.cursor if upwards else key < query.cursor)
    edge = _edge(database, key, indexed, upwards, most) if scope.searched else None
    if edge is not None:
        indexed.append(key <= edge if upwards else key >= edge)
    wanted = statement.where(*indexed, *scope.checked, *scope.searched)
    rows = database.rows(wanted.order_by(_direction(key, upwards)).limit(query.limit + 1))
    ids = [str(row._mapping[key]) for row in rows[: query.limit]]
    further = ids[-1] if len(rows) > query.limit else edge
    items = tuple(make(row) for row in rows[: query.limit])
    if not backwards:
        before = ids[0] if ids and query.cursor is not None else None
        return Page(items, further, before, cut=further is not None and further == edge)
    if further is None:
        # The first page is a whole one, however few rows are newer than the cursor.
        first = replace(query, cursor=None, backwards=False)
        return search(database, statement, key, scope, first, make, most, rising=rising)
    return Page(items[::-1], ids[0] if ids else query.cursor, further)


def _edge(
    database: Database,
    key: Column[Any],
    indexed: Sequence[ColumnElement[bool]],
    upwards: bool,
    most: int,
) -> str | None:
    """The last row that may be looked at, or None where there are not so many."""
    row = database.first(
        select(key).where(*indexed).order_by(_direction(key, upwards)).offset(most - 1).limit(1)
    )
    return None if row is None else str(row[0])


def _direction(key: Column[Any], upwards: bool) -> ColumnElement[Any]:
    return key.asc() if upwards else key.desc()


def _page(
    database: Database,
    statement: Select[Any],
    key: Column[Any],
    query: ListQuery,
    make: Make[Item],
) -> Page[Item]:
    rows = database.rows(statement.limit(query.limit + 1))
    shown = rows[: query.limit]
    following = str(shown[-1]._mapping[key]) if len(rows) > query.limit else None
    return Page(tuple(make(row) for row in shown), following)
