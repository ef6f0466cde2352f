"""Lists in parts: keyset paging, so that the millionth row costs what the first does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Column, Row, Select

from core.model import Page
from core.store import ListQuery
from store.database import Database

Item = TypeVar("Item")


def newest_first(
    database: Database,
    statement: Select[Any],
    key: Column[Any],
    query: ListQuery,
    make: Callable[[Row[Any]], Item],
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
    make: Callable[[Row[Any]], Item],
) -> Page[Item]:
    """A page by rising `key`; the cursor is the last key shown."""
    if query.cursor is not None:
        statement = statement.where(key > query.cursor)
    return _page(database, statement.order_by(key), key, query, make)


def _page(
    database: Database,
    statement: Select[Any],
    key: Column[Any],
    query: ListQuery,
    make: Callable[[Row[Any]], Item],
) -> Page[Item]:
    rows = database.rows(statement.limit(query.limit + 1))
    shown = rows[: query.limit]
    following = str(shown[-1]._mapping[key]) if len(rows) > query.limit else None
    return Page(tuple(make(row) for row in shown), following)
