"""Collections: the tables that tenants make."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, update

from core.model import Page
from core.records import Collection
from core.writes import ListQuery, Write
from store.database import Database
from store.encoding import decode, encode
from store.paging import in_order
from store.schema.records import collections as table


class Collections:
    """The table `collections`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = database.prepare(
            database.insert(table).on_conflict_do_nothing(index_elements=["tenant", "name"]),
            [column.name for column in table.columns],
        )
        mine = (
            (table.c.tenant == bindparam("which_tenant"))
            & (table.c.name == bindparam("which_name"))
            & (table.c.revision == bindparam("old_revision"))
        )
        changed = ("schema", "revision", "updated_at")
        self._replace = database.prepare(
            update(table).where(mine).values({name: bindparam(name) for name in changed})
        )
        self._delete = database.prepare(delete(table).where(mine, table.c.records == 0))

    def get(self, tenant: str, name: str) -> Collection | None:
        """One collection, or None."""
        row = self._database.first(
            select(table).where(table.c.tenant == tenant, table.c.name == name)
        )
        return _collection(row) if row else None

    def list(self, tenant: str, query: ListQuery) -> Page[Collection]:
        """A tenant's collections by name."""
        statement = select(table).where(table.c.tenant == tenant)
        return in_order(self._database, statement, table.c.name, query, _collection)

    def count(self, tenant: str) -> int:
        """How many a tenant has."""
        row = self._database.first(select(func.count()).where(table.c.tenant == tenant))
        return int(row[0]) if row else 0

    def insert(self, collection: Collection) -> Write:
        """Adds an empty collection; guarded: refused when the name is taken."""
        return Write(
            self._insert,
            {
                "tenant": collection.tenant,
                "name": collection.name,
                "schema": encode(collection.schema),
                "revision": collection.revision,
                "records": 0,
                "created_at": collection.created_at,
                "updated_at": collection.updated_at,
            },
            guarded=True,
        )

    def replace(self, collection: Collection, revision: int) -> Write:
        """Sets the schema; guarded: refused unless the stored revision is `revision`."""
        values = {
            "schema": encode(collection.schema),
            "revision": collection.revision,
            "updated_at": collection.updated_at,
        }
        return Write(self._replace, {**values, **_which(collection, revision)}, guarded=True)

    def delete(self, collection: Collection) -> Write:
        """Removes it; guarded: refused when it was changed meanwhile, or holds a record."""
        return Write(self._delete, _which(collection, collection.revision), guarded=True)


def _which(collection: Collection, revision: int) -> dict[str, Any]:
    return {
        "which_tenant": collection.tenant,
        "which_name": collection.name,
        "old_revision": revision,
    }


def _collection(row: Row[Any]) -> Collection:
    return Collection(
        tenant=row.tenant,
        name=row.name,
        schema=decode(row.schema),
        revision=row.revision,
        records=row.records,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
