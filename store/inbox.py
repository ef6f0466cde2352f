"""Messages to users."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, bindparam, func, select, update

from core.clock import Milliseconds
from core.inbox import InboxItem
from core.model import Page
from core.writes import ListQuery, Write
from store.database import Database
from store.paging import newest_first
from store.schema.people import inbox_items as table


class Inbox:
    """The table `inbox_items`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = database.prepare_insert(table)
        unread_of_user = (
            table.c.tenant == bindparam("which_tenant"),
            table.c.user_id == bindparam("which_user"),
            table.c.read_at.is_(None),
        )
        read = update(table).where(*unread_of_user).values(read_at=bindparam("now"))
        self._read = database.prepare(read.where(table.c.id == bindparam("which")))
        self._read_all = database.prepare(read)

    def insert(self, item: InboxItem) -> Write:
        """Adds a message."""
        return Write(
            self._insert,
            {
                "id": item.id,
                "tenant": item.tenant,
                "user_id": item.user_id,
                "kind": item.kind,
                "title": item.title,
                "text": item.text,
                "link": item.link,
                "created_at": item.created_at,
                "read_at": item.read_at,
            },
        )

    def list(self, tenant: str, user_id: str, query: ListQuery) -> Page[InboxItem]:
        """A user's messages, the newest first."""
        statement = select(table).where(table.c.tenant == tenant, table.c.user_id == user_id)
        return newest_first(self._database, statement, table.c.id, query, _item)

    def unread(self, tenant: str, user_id: str, most: int) -> int:
        """How many a user has not read, counted no further than `most`."""
        found = (
            select(table.c.id)
            .where(table.c.tenant == tenant, table.c.user_id == user_id, table.c.read_at.is_(None))
            .limit(most)
            .subquery()
        )
        row = self._database.first(select(func.count()).select_from(found))
        return int(row[0]) if row else 0

    def get(self, tenant: str, user_id: str, item_id: str) -> InboxItem | None:
        """One message of a user, or None."""
        row = self._database.first(
            select(table).where(
                table.c.id == item_id, table.c.tenant == tenant, table.c.user_id == user_id
            )
        )
        return _item(row) if row else None

    def mark_read(self, tenant: str, user_id: str, item_id: str, now: Milliseconds) -> Write:
        """A message was read."""
        return Write(self._read, {**_whose(tenant, user_id), "which": item_id, "now": now})

    def mark_all_read(self, tenant: str, user_id: str, now: Milliseconds) -> Write:
        """Every message of a user was read."""
        return Write(self._read_all, {**_whose(tenant, user_id), "now": now})


def _whose(tenant: str, user_id: str) -> dict[str, Any]:
    return {"which_tenant": tenant, "which_user": user_id}


def _item(row: Row[Any]) -> InboxItem:
    return InboxItem(
        id=row.id,
        tenant=row.tenant,
        user_id=row.user_id,
        kind=row.kind,
        title=row.title,
        text=row.text,
        link=row.link,
        created_at=row.created_at,
        read_at=row.read_at,
    )
