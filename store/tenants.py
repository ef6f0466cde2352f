"""Tenants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from core.model import Tenant
from core.writes import Write
from store.database import Database
from store.encoding import decode, encode
from store.schema.tenants import tenants as table


class Tenants:
    """The workspaces, kept in the table `tenants`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = database.prepare_insert(table)
        self._change_settings = database.prepare(
            update(table)
            .where(table.c.id == bindparam("which"))
            .values(settings=bindparam("settings")),
        )
        self._rename = database.prepare(
            update(table).where(table.c.id == bindparam("which")).values(name=bindparam("name"))
        )

    def get(self, tenant: str) -> Tenant | None:
        """One tenant, or None."""
        row = self._database.first(select(table).where(table.c.id == tenant))
        return _tenant(row) if row else None

    def all(self) -> Sequence[Tenant]:
        """Every tenant."""
        return [_tenant(row) for row in self._database.rows(select(table).order_by(table.c.id))]

    def insert(self, tenant: Tenant) -> Write:
        """Adds a tenant."""
        return Write(
            self._insert,
            {
                "id": tenant.id,
                "name": tenant.name,
                "settings": encode(tenant.settings),
                "created_at": tenant.created_at,
            },
        )

    def change_settings(self, tenant: str, settings: Mapping[str, Any]) -> Write:
        """Replaces a tenant's settings."""
        values = {"which": tenant, "settings": encode(settings)}
        return Write(self._change_settings, values, guarded=True)

    def rename(self, tenant: str, name: str) -> Write:
        """Gives a tenant another name; guarded: refused when there is none."""
        return Write(self._rename, {"which": tenant, "name": name}, guarded=True)


def _tenant(row: Row[Any]) -> Tenant:
    return Tenant(row.id, row.name, decode(row.settings), row.created_at)
