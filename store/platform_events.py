"""The outbox: what happened inside, until it has been handed on and for a while after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from core.clock import Milliseconds
from core.platform_events import PlatformEvent
from core.writes import Write
from store.database import Database
from store.encoding import decode, encode
from store.schema.events import platform_events as table


class PlatformEvents:
    """The table `platform_events`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = database.prepare_addition(table)
        self._hand_on = database.prepare(
            update(table)
            .where(
                table.c.id == bindparam("which"),
                table.c.tenant == bindparam("which_tenant"),
                table.c.handed_on_at.is_(None),
            )
            .values(handed_on_at=bindparam("now"))
        )

    def insert(self, event: PlatformEvent) -> Write:
        """Adds an event, to be handed on."""
        return Write(self._insert, event_columns(event))

    def get(self, tenant: str, event_id: str) -> PlatformEvent | None:
        """One event, or None."""
        row = self._database.first(
            select(table).where(table.c.id == event_id, table.c.tenant == tenant)
        )
        return _event(row) if row else None

    def waiting(self, limit: int) -> Sequence[PlatformEvent]:
        """What has not been handed on, the oldest first, of every tenant."""
        rows = self._database.rows(
            select(table).where(table.c.handed_on_at.is_(None)).order_by(table.c.id).limit(limit)
        )
        return [_event(row) for row in rows]

    def handed_on(self, event: PlatformEvent, now: Milliseconds) -> Write:
        """Marks an event as handed on; guarded: refused when it was already."""
        values = {"which": event.id, "which_tenant": event.tenant, "now": now}
        return Write(self._hand_on, values, guarded=True)


def event_columns(event: PlatformEvent) -> dict[str, Any]:
    """The columns of an event that is to be handed on."""
    return {
        "id": event.id,
        "tenant": event.tenant,
        "type": event.type,
        "version": event.version,
        "occurred_at": event.occurred_at,
        "data": encode(event.data),
        "automation_id": event.automation_id,
        "depth": event.depth,
        "handed_on_at": None,
    }


def _event(row: Row[Any]) -> PlatformEvent:
    return PlatformEvent(
        id=row.id,
        tenant=row.tenant,
        type=row.type,
        version=row.version,
        occurred_at=row.occurred_at,
        data=decode(row.data),
        automation_id=row.automation_id,
        depth=row.depth,
    )
