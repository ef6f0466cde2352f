"""API keys by hash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update

from core.model import ApiKey
from core.writes import Write
from store.database import Database
from store.schema.tenants import api_keys as table


class Keys:
    """The table `api_keys`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = database.prepare_insert(table)
        self._delete = database.prepare(
            delete(table).where(
                table.c.tenant == bindparam("which_tenant"), table.c.id == bindparam("which")
            )
        )
        self._limit = database.prepare(
            update(table)
            .where(table.c.tenant == bindparam("which_tenant"), table.c.id == bindparam("which"))
            .values(rate=bindparam("new_rate"))
        )

    def insert(self, key: ApiKey, value_hash: str) -> Write:
        """Adds a key."""
        return Write(
            self._insert,
            {
                "id": key.id,
                "tenant": key.tenant,
                "name": key.name,
                "prefix": key.prefix,
                "value_hash": value_hash,
                "scopes": " ".join(key.scopes),
                "created_at": key.created_at,
                "rate": key.limit,
            },
        )

    def find(self, value_hash: str) -> ApiKey | None:
        """The key with this hash, or None."""
        row = self._database.first(select(table).where(table.c.value_hash == value_hash))
        return _key(row) if row else None

    def list(self, tenant: str) -> Sequence[ApiKey]:
        """A tenant's keys by age."""
        rows = self._database.rows(
            select(table).where(table.c.tenant == tenant).order_by(table.c.id)
        )
        return [_key(row) for row in rows]

    def limit(self, tenant: str, key_id: str, limit: str | None) -> Write:
        """Says how much may be asked for with a key; guarded: refused when there is none."""
        values = {"which_tenant": tenant, "which": key_id, "new_rate": limit}
        return Write(self._limit, values, guarded=True)

    def delete(self, tenant: str, key_id: str) -> Write:
        """Removes a key; guarded: refused when there is none."""
        return Write(self._delete, {"which_tenant": tenant, "which": key_id}, guarded=True)


def _key(row: Row[Any]) -> ApiKey:
    scopes = tuple(row.scopes.split())
    return ApiKey(row.id, row.tenant, row.name, row.prefix, scopes, row.created_at, row.rate)
