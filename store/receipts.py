"""Receipts: what a step did to a record, so that its repetition does it no second time."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select

from core.record_store import Receipt
from core.writes import Write
from store.database import Database
from store.encoding import decode, encode
from store.schema.records import record_receipts as table


class Receipts:
    """The table `record_receipts`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = database.prepare(
            database.insert(table).on_conflict_do_nothing(index_elements=["tenant", "key"]),
            [column.name for column in table.columns],
        )
        self._delete = database.prepare(
            delete(table).where(
                table.c.tenant == bindparam("which_tenant"), table.c.key == bindparam("which_key")
            )
        )

    def get(self, tenant: str, key: str) -> Receipt | None:
        """The receipt of a key, or None."""
        row = self._database.first(
            select(table).where(table.c.tenant == tenant, table.c.key == key)
        )
        return Receipt(row.tenant, row.key, decode(row.result), row.made_at) if row else None

    def insert(self, receipt: Receipt) -> Write:
        """Adds a receipt; guarded: refused when the key has one."""
        return Write(
            self._insert,
            {
                "tenant": receipt.tenant,
                "key": receipt.key,
                "result": encode(receipt.result),
                "made_at": receipt.made_at,
            },
            guarded=True,
        )

    def delete(self, tenant: str, key: str) -> Write:
        """Removes a receipt, if there is one."""
        return Write(self._delete, {"which_tenant": tenant, "which_key": key})
