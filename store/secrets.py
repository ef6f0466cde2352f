"""Secrets: encrypted values, referenced by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, delete, select

from core.clock import Milliseconds
from core.model import SecretEntry
from core.writes import Write
from store.cipher import Cipher
from store.database import Database
from store.schema.tenants import secrets as table


class SecretValues:
    """The table `secrets`."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher
        insert = database.insert(table)
        self._put = database.prepare(
            insert.on_conflict_do_update(
                index_elements=["tenant", "name"],
                set_={name: insert.excluded[name] for name in ("ciphertext", "updated_at")},
            ),
            [column.name for column in table.columns],
        )
        self._delete = database.prepare(
            delete(table).where(
                table.c.tenant == bindparam("which_tenant"), table.c.name == bindparam("which")
            )
        )

    def put(self, tenant: str, name: str, value: str, now: Milliseconds) -> Write:
        """Sets a secret."""
        return Write(
            self._put,
            {
                "tenant": tenant,
                "name": name,
                "ciphertext": self._cipher.encrypt(value),
                "created_at": now,
                "updated_at": now,
            },
        )

    def delete(self, tenant: str, name: str) -> Write:
        """Removes a secret; guarded: refused when there is none."""
        return Write(self._delete, {"which_tenant": tenant, "which": name}, guarded=True)

    def list(self, tenant: str) -> Sequence[SecretEntry]:
        """The names and dates of a tenant's secrets."""
        rows = self._database.rows(
            select(table.c.name, table.c.created_at, table.c.updated_at)
            .where(table.c.tenant == tenant)
            .order_by(table.c.name)
        )
        return [SecretEntry(row.name, row.created_at, row.updated_at) for row in rows]

    def reveal_all(self, tenant: str) -> Mapping[str, str]:
        """Every secret's value by name. Raises ConfigError when the secret key is another one."""
        rows = self._database.rows(
            select(table.c.name, table.c.ciphertext).where(table.c.tenant == tenant)
        )
        return {row.name: self._cipher.decrypt(bytes(row.ciphertext)) for row in rows}
