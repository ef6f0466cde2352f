"""Events, and the idempotency keys that tell a repetition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select

from core.clock import Milliseconds
from core.model import Event
from core.usage import Counted
from core.writes import Write
from store.database import Database
from store.encoding import decode, encode
from store.packing import pack, unpack
from store.schema.events import events as table
from store.schema.events import idempotency_keys as keys
from store.usage import CountedInsert


class Events:
    """The tables `events` and `idempotency_keys`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # What came by a request has a method.
        columns = [column.name for column in table.columns]
        self._insert = CountedInsert(
            database, database.insert(table), columns, Counted.EVENTS, "received_at", "method"
        )
        held = database.insert(keys)
        self._remember_key = database.prepare(
            held.on_conflict_do_update(
                index_elements=["tenant", "automation_id", "key"],
                set_={
                    name: held.excluded[name] for name in ("event_id", "body_hash", "expires_at")
                },
                where=keys.c.expires_at <= bindparam("now"),
            ),
            [*(column.name for column in keys.columns), "now"],
        )

    def insert(self, event: Event) -> Write:
        """Adds an event. The parsed body is kept beside the raw one only where that is not JSON."""
        return Write(
            self._insert,
            {
                "id": event.id,
                "tenant": event.tenant,
                "automation_id": event.automation_id,
                "type": event.type,
                "received_at": event.received_at,
                "method": event.method,
                "path": event.path,
                "query": encode(event.query),
                "headers": encode(event.headers),
                "params": encode(event.params),
                "raw": pack(event.raw),
                "body": None if event.is_json else encode(event.body),
                "replaces": event.replaces,
            },
        )

    def get(self, tenant: str, event_id: str) -> Event | None:
        """One event, or None."""
        row = self._database.first(
            select(table).where(table.c.id == event_id, table.c.tenant == tenant)
        )
        return _event(row) if row else None

    def some(self, tenant: str, event_ids: Sequence[str]) -> Mapping[str, Event]:
        """Several by their ids; those that are not there are left out."""
        rows = self._database.rows(
            select(table).where(table.c.id.in_(event_ids), table.c.tenant == tenant)
        )
        return {row.id: _event(row) for row in rows}

    def remember_key(
        self, event: Event, key: str, body_hash: str, expires_at: Milliseconds
    ) -> Write:
        """Takes an idempotency key for an event; guarded: refused while another event holds it."""
        return Write(
            self._remember_key,
            {
                "tenant": event.tenant,
                "automation_id": event.automation_id,
                "key": key,
                "event_id": event.id,
                "body_hash": body_hash,
                "expires_at": expires_at,
                "now": event.received_at,
            },
            guarded=True,
        )

    def known_key(
        self, tenant: str, automation_id: str, key: str, now: Milliseconds
    ) -> tuple[str, str] | None:
        """The event and body hash that hold the key now, or None."""
        row = self._database.first(
            select(keys.c.event_id, keys.c.body_hash).where(
                keys.c.tenant == tenant,
                keys.c.automation_id == automation_id,
                keys.c.key == key,
                keys.c.expires_at > now,
            )
        )
        return (row.event_id, row.body_hash) if row else None


def _event(row: Row[Any]) -> Event:
    raw = unpack(row.raw)
    return Event(
        id=row.id,
        tenant=row.tenant,
        automation_id=row.automation_id,
        type=row.type,
        received_at=row.received_at,
        method=row.method,
        path=row.path,
        query=decode(row.query),
        headers=decode(row.headers),
        params=decode(row.params),
        body=decode(raw if row.body is None else row.body),
        raw=raw,
        is_json=row.body is None,
        replaces=row.replaces,
    )
