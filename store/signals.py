"""Messages to the waiting steps of runs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from core.signals import Signal
from core.writes import Write
from store.database import Database
from store.encoding import decode, encode
from store.schema.runs import signals as table


class Signals:
    """The table `signals`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        unless_there = database.insert(table).on_conflict_do_nothing()
        self._insert = database.prepare(unless_there, [column.name for column in table.columns])

    def insert(self, signal: Signal, *, once: bool = False) -> Write:
        """Adds a message. With `once` it is guarded: refused when its run has one of this id."""
        return Write(
            self._insert,
            {
                "run_id": signal.run_id,
                "id": signal.id,
                "tenant": signal.tenant,
                "step_id": signal.step_id,
                "sent_at": signal.sent_at,
                "payload": encode(signal.payload),
            },
            guarded=once,
        )

    def of_run(self, tenant: str, run_id: str) -> Sequence[Signal]:
        """Every message to a run, in order."""
        rows = self._database.rows(
            select(table)
            .where(table.c.run_id == run_id, table.c.tenant == tenant)
            .order_by(table.c.id)
        )
        return [
            Signal(
                id=row.id,
                tenant=row.tenant,
                run_id=row.run_id,
                step_id=row.step_id,
                sent_at=row.sent_at,
                payload=decode(row.payload),
            )
            for row in rows
        ]
