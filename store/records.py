"""Records: written with their index and their collection's count, found by id, field or text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    Row,
    Select,
    bindparam,
    delete,
    select,
    update,
)

from core.model import Page
from core.records import Record, RecordFilter
from core.writes import LOOKED_AT, ListQuery, Write
from store.database import Database
from store.encoding import decode_text, encode_text
from store.paging import Scope, search
from store.record_fields import RecordFields, holding
from store.schema.records import collections as counts
from store.schema.records import record_fields as fields
from store.schema.records import records as table


class Records:
    """The table `records`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._fields = RecordFields(database)
        self._insert = database.prepare(
            database.insert(table).on_conflict_do_nothing(
                index_elements=["tenant", "collection", "id"]
            ),
            [column.name for column in table.columns],
        )
        mine = (
            (table.c.tenant == bindparam("which_tenant"))
            & (table.c.collection == bindparam("which_collection"))
            & (table.c.id == bindparam("which_id"))
            & (table.c.version == bindparam("old_version"))
        )
        changed = ("content", "version", "updated_at")
        self._replace = database.prepare(
            update(table).where(mine).values({name: bindparam(name) for name in changed})
        )
        self._delete = database.prepare(delete(table).where(mine))
        counted = (counts.c.tenant == bindparam("which_tenant")) & (
            counts.c.name == bindparam("which_collection")
        )
        self._count_up = database.prepare(
            update(counts)
            .where(counted, counts.c.records < bindparam("most", type_=Integer))
            .values(records=counts.c.records + 1)
        )
        self._count_down = database.prepare(
            update(counts).where(counted).values(records=counts.c.records - 1)
        )

    def get(self, tenant: str, collection: str, record_id: str) -> Record | None:
        """One record, or None."""
        row = self._database.first(
            select(table).where(
                table.c.tenant == tenant,
                table.c.collection == collection,
                table.c.id == record_id,
            )
        )
        return _record(row) if row else None

    def list(
        self,
        tenant: str,
        collection: str,
        which: RecordFilter,
        query: ListQuery,
        *,
        falling: bool = False,
    ) -> Page[Record]:
        """Records by id; those that are sought by fields are found by their index."""
        scope = Scope([table.c.tenant == tenant, table.c.collection == collection])
        statement: Select[Any] = select(table)
        key: Column[Any] = table.c.id
        if which.fields:
            # The index of the first field is walked, and it is in the order of ids itself.
            statement, key = _by_fields(statement, tenant, collection, which)
        if which.text is not None:
            # What an index has found already is few enough to be looked through whole.
            (scope.checked if which.fields else scope.searched).append(_mentions(which.text))
        return search(
            self._database, statement, key, scope, query, _record, LOOKED_AT, rising=not falling
        )

    def insert(self, record: Record, most: int) -> Sequence[Write]:
        """Adds a record; guarded: refused when the id is taken, or the collection has no room."""
        row = {
            "tenant": record.tenant,
            "collection": record.collection,
            "id": record.id,
            "content": encode_text(record.values),
            "version": record.version,
            "created_at": record.created_at,
            "updated_at": record.updated_at,
        }
        counted = {**_collection_of(record), "most": most}
        return [
            Write(self._insert, row, guarded=True),
            *self._fields.changes(record, None),
            Write(self._count_up, counted, guarded=True),
        ]

    def replace(self, record: Record, previous: Record) -> Sequence[Write]:
        """Puts a record in the place of `previous`; guarded: refused unless that is there."""
        values = {
            "content": encode_text(record.values),
            "version": record.version,
            "updated_at": record.updated_at,
        }
        return [
            Write(self._replace, {**values, **_which(previous)}, guarded=True),
            *self._fields.changes(record, previous),
        ]

    def delete(self, previous: Record) -> Sequence[Write]:
        """Removes a record; guarded: refused unless `previous` is what is there."""
        return [
            Write(self._delete, _which(previous), guarded=True),
            *self._fields.changes(None, previous),
            Write(self._count_down, _collection_of(previous), guarded=True),
        ]


def _by_fields(
    statement: Select[Any], tenant: str, collection: str, which: RecordFilter
) -> tuple[Select[Any], Column[Any]]:
    """The records that have each of these texts, and the column in whose order they come."""
    indexes = [fields.alias() for _ in which.fields]
    first = indexes[0]
    for index, (name, text) in zip(indexes, which.fields.items(), strict=True):
        same_record = table.c.id if index is first else first.c.record_id
        statement = statement.join(
            index,
            holding(index, tenant, collection, name, text) & (index.c.record_id == same_record),
        )
    return statement.add_columns(first.c.record_id), first.c.record_id


def _mentions(text: str) -> ColumnElement[bool]:
    """Holds where a text stands in the id or in the values, as JSON writes it there."""
    written = orjson.dumps(text).decode()[1:-1]
    in_id = table.c.id.icontains(text, autoescape=True)
    return in_id | table.c.content.icontains(written, autoescape=True)


def _collection_of(record: Record) -> dict[str, Any]:
    return {"which_tenant": record.tenant, "which_collection": record.collection}


def _which(record: Record) -> dict[str, Any]:
    return {**_collection_of(record), "which_id": record.id, "old_version": record.version}


def _record(row: Row[Any]) -> Record:
    return Record(
        tenant=row.tenant,
        collection=row.collection,
        id=row.id,
        values=decode_text(row.content),
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
