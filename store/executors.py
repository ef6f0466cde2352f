"""Executors and their leases."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, func, select

from core.clock import Milliseconds
from core.writes import Write
from store.database import Database
from store.schema.runs import executors as table


class Executors:
    """The table `executors`: one row for each process that executes runs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        insert = database.insert(table)
        self._renew = database.prepare(
            insert.on_conflict_do_update(
                index_elements=["id"], set_={"lease_until": insert.excluded.lease_until}
            ),
            ["id", "lease_until"],
        )
        self._remove = database.prepare(delete(table).where(table.c.id == bindparam("which")))
        self._remove_others = database.prepare(
            delete(table).where(table.c.id != bindparam("which"))
        )

    def renew(self, executor: str, lease_until: Milliseconds) -> Write:
        """Sets until when an executor's lease holds."""
        return Write(self._renew, {"id": executor, "lease_until": lease_until})

    def remove(self, executor: str) -> Write:
        """Ends an executor's lease."""
        return Write(self._remove, {"which": executor})

    def remove_others(self, executor: str) -> Write:
        """Ends every other lease: for a start that knows itself alone on its data."""
        return Write(self._remove_others, {"which": executor})

    def alive(self, now: Milliseconds) -> int:
        """How many executors hold a lease."""
        held = select(func.count()).select_from(table).where(table.c.lease_until > now)
        row = self._database.first(held)
        return int(row[0]) if row else 0
