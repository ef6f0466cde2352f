"""The request log: every HTTP request in or out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, null, select, update

from core.clock import Milliseconds
from core.model import Page, RequestEntry
from core.request_store import RequestFilter
from core.writes import LOOKED_AT, ListQuery, Write
from store.database import Database
from store.encoding import decode, encode, encode_optional
from store.packing import pack_optional, unpack_optional
from store.paging import search
from store.request_filters import scope_of
from store.schema.events import events
from store.schema.requests import requests as table

_BODIES = ("request_body", "response_body")
_LISTED = [null().label(one.name) if one.name in _BODIES else one for one in table.columns]


class Requests:
    """The table `requests`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = database.prepare_addition(table)
        answered = ("status", "response_headers", "response_body", "duration")
        self._answer = database.prepare(
            update(table)
            .where(
                table.c.id == bindparam("which"),
                table.c.tenant == bindparam("which_tenant"),
                table.c.status.is_(None),
            )
            .values({name: bindparam(name) for name in answered})
        )

    def insert(self, entry: RequestEntry) -> Write:
        """Adds an entry."""
        return Write(self._insert, _columns(entry))

    def answer(
        self,
        tenant: str,
        request_id: str,
        status: int,
        headers: Mapping[str, str],
        body: bytes | None,
        duration: Milliseconds,
    ) -> Write:
        """Completes an inbound entry with what was answered, once."""
        return Write(
            self._answer,
            {
                "which": request_id,
                "which_tenant": tenant,
                "status": status,
                "response_headers": encode(headers),
                "response_body": pack_optional(body),
                "duration": duration,
            },
        )

    def get(self, tenant: str, request_id: str) -> RequestEntry | None:
        """One entry, or None. What came in and became an event shows the event's body."""
        row = self._database.first(
            _with_bodies().where(table.c.id == request_id, table.c.tenant == tenant)
        )
        return _entry(row) if row else None

    def list(self, tenant: str, which: RequestFilter, query: ListQuery) -> Page[RequestEntry]:
        """A tenant's entries, the newest first, without their bodies."""
        scope = scope_of(tenant, which)
        statement = select(*_LISTED, null().label("body"))
        return search(self._database, statement, table.c.id, scope, query, _entry, LOOKED_AT)


def _with_bodies() -> Select[Any]:
    body = func.coalesce(table.c.request_body, events.c.raw).label("body")
    received = (table.c.event_id == events.c.id) & (table.c.direction == "in")
    return select(table, body).outerjoin(events, received)


def _columns(entry: RequestEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "tenant": entry.tenant,
        "direction": entry.direction,
        "method": entry.method,
        "url": entry.url,
        "started_at": entry.started_at,
        "duration": entry.duration,
        "request_headers": encode(entry.request_headers),
        "request_body": pack_optional(entry.request_body),
        "status": entry.status,
        "response_headers": encode_optional(entry.response_headers),
        "response_body": pack_optional(entry.response_body),
        "error": entry.error,
        "automation_id": entry.automation_id,
        "event_id": entry.event_id,
        "run_id": entry.run_id,
        "step_id": entry.step_id,
        "attempt": entry.attempt,
        "remote_address": entry.remote_address,
        "delivery_id": entry.delivery_id,
    }


def _entry(row: Row[Any]) -> RequestEntry:
    return RequestEntry(
        id=row.id,
        tenant=row.tenant,
        direction=row.direction,
        method=row.method,
        url=row.url,
        started_at=row.started_at,
        duration=row.duration,
        request_headers=decode(row.request_headers),
        request_body=unpack_optional(row.body),
        status=row.status,
        response_headers=decode(row.response_headers),
        response_body=unpack_optional(row.response_body),
        error=row.error,
        automation_id=row.automation_id,
        event_id=row.event_id,
        run_id=row.run_id,
        step_id=row.step_id,
        attempt=row.attempt,
        remote_address=row.remote_address,
        delivery_id=row.delivery_id,
    )
