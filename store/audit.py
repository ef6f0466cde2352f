"""The record of who changed what."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, bindparam, select, update

from core.account_store import AuditFilter
from core.accounts import ActorKind, AuditEntry
from core.model import Page
from core.writes import ListQuery, Write
from store.database import Database
from store.encoding import decode, encode
from store.paging import newest_first
from store.schema.people import audit_entries as table


class AuditLog:
    """The table `audit_entries`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = database.prepare_insert(table)
        names = [column.name for column in table.columns]
        self._move = database.prepare(
            update(table)
            .where(table.c.id == bindparam("which"), table.c.tenant == bindparam("which_tenant"))
            .values({name: bindparam(name) for name in names})
        )

    def insert(self, entry: AuditEntry) -> Write:
        """Adds an entry."""
        return Write(self._insert, _columns(entry))

    def move(self, entry_id: str, entry: AuditEntry) -> Write:
        """Puts `entry` in the place of an earlier one, if that is still there."""
        which = {"which": entry_id, "which_tenant": entry.tenant}
        return Write(self._move, {**_columns(entry), **which})

    def newest(self, tenant: str, subject_kind: str, subject_id: str) -> AuditEntry | None:
        """The last that was noted of a subject."""
        row = self._database.first(
            _filtered(tenant, AuditFilter(subject_kind=subject_kind, subject_id=subject_id))
            .order_by(table.c.id.desc())
            .limit(1)
        )
        return _entry(row) if row else None

    def list(self, tenant: str, which: AuditFilter, query: ListQuery) -> Page[AuditEntry]:
        """A tenant's entries, the newest first."""
        return newest_first(self._database, _filtered(tenant, which), table.c.id, query, _entry)


def _filtered(tenant: str, which: AuditFilter) -> Select[Any]:
    statement = select(table).where(table.c.tenant == tenant)
    if which.actor_id is not None:
        statement = statement.where(table.c.actor_id == which.actor_id)
    if which.verb is not None:
        statement = statement.where(table.c.verb.startswith(which.verb, autoescape=True))
    if which.subject_kind is not None:
        statement = statement.where(table.c.subject_kind == which.subject_kind)
    if which.subject_id is not None:
        statement = statement.where(table.c.subject_id == which.subject_id)
    return statement


def _columns(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "tenant": entry.tenant,
        "at": entry.at,
        "actor_kind": entry.actor_kind.value,
        "actor_id": entry.actor_id,
        "actor_name": entry.actor_name,
        "verb": entry.verb,
        "subject_kind": entry.subject_kind,
        "subject_id": entry.subject_id,
        "subject_name": entry.subject_name,
        "detail": encode(entry.detail),
    }


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        tenant=row.tenant,
        at=row.at,
        actor_kind=ActorKind(row.actor_kind),
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        verb=row.verb,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        subject_name=row.subject_name,
        detail=decode(row.detail),
    )
