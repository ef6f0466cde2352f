"""Who listens for a request in which process, and what other processes heard for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update

from core.clock import Milliseconds
from core.listenings import Heard, StoredListening
from core.writes import Write
from store.database import Database
from store.encoding import decode, encode
from store.schema.trying import heard as heard_table
from store.schema.trying import listenings as table


class Listenings:
    """The tables `listenings` and `heard`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._begin = database.prepare_insert(table)
        mine = (table.c.id == bindparam("which")) & (table.c.tenant == bindparam("which_tenant"))
        self._renew = database.prepare(update(table).where(mine).values(until=bindparam("until")))
        self._close = database.prepare(delete(table).where(mine))
        self._tell = database.prepare(
            database.insert(heard_table).on_conflict_do_nothing(index_elements=["id"]),
            [column.name for column in heard_table.columns],
        )
        told = heard_table.c.tenant == bindparam("which_tenant")
        self._forget = database.prepare(
            delete(heard_table).where(told, heard_table.c.id == bindparam("which"))
        )
        self._forget_all = database.prepare(
            delete(heard_table).where(told, heard_table.c.listening_id == bindparam("which"))
        )

    def begin(self, listening: StoredListening) -> Write:
        """Lets the others know of a listening."""
        return Write(
            self._begin,
            {
                "id": listening.id,
                "tenant": listening.tenant,
                "automation_id": listening.automation_id,
                "holder": listening.holder,
                "trigger": encode(listening.trigger),
                "until": listening.until,
            },
        )

    def renew(self, tenant: str, listening_id: str, until: Milliseconds) -> Write:
        """It goes on; nothing happens to one that is closed."""
        values = {"which_tenant": tenant, "which": listening_id, "until": until}
        return Write(self._renew, values)

    def close(self, tenant: str, listening_id: str) -> Write:
        """Nobody hears anything for it any more; what was heard stays."""
        return Write(self._close, {"which_tenant": tenant, "which": listening_id})

    def end(self, tenant: str, listening_id: str) -> Sequence[Write]:
        """Removes it with all that was heard for it."""
        which = {"which_tenant": tenant, "which": listening_id}
        return [Write(self._close, which), Write(self._forget_all, which)]

    def is_open(self, tenant: str, listening_id: str, now: Milliseconds) -> bool:
        """Whether somebody listens still."""
        found = select(table.c.id).where(
            table.c.id == listening_id, table.c.tenant == tenant, table.c.until > now
        )
        return self._database.first(found) is not None

    def elsewhere(self, holder: str, now: Milliseconds) -> Sequence[str]:
        """The ids of all that are open now but those of this holder, of whichever tenant."""
        rows = self._database.rows(
            select(table.c.id).where(table.c.until > now, table.c.holder != holder)
        )
        return [row.id for row in rows]

    def some(self, listening_ids: Sequence[str]) -> Sequence[StoredListening]:
        """Several by their ids, of whichever tenant; those that are not there are left out."""
        rows = self._database.rows(select(table).where(table.c.id.in_(listening_ids)))
        return [_listening(row) for row in rows]

    def tell(self, heard: Heard) -> Write:
        """Keeps what was heard for whoever listens; a second time changes nothing."""
        return Write(
            self._tell,
            {
                "id": heard.id,
                "tenant": heard.tenant,
                "listening_id": heard.listening_id,
                "name": heard.name,
                "data": encode(heard.data),
                "kept_until": heard.kept_until,
            },
        )

    def heard(self, listening_ids: Sequence[str]) -> Sequence[Heard]:
        """What was heard for these listenings, of whichever tenant, in the order of the ids."""
        rows = self._database.rows(
            select(heard_table)
            .where(heard_table.c.listening_id.in_(listening_ids))
            .order_by(heard_table.c.id)
        )
        return [_heard(row) for row in rows]

    def forget(self, heard: Heard) -> Write:
        """It has been told."""
        return Write(self._forget, {"which_tenant": heard.tenant, "which": heard.id})


def _listening(row: Row[Any]) -> StoredListening:
    return StoredListening(
        id=row.id,
        tenant=row.tenant,
        automation_id=row.automation_id,
        holder=row.holder,
        trigger=decode(row.trigger),
        until=row.until,
    )


def _heard(row: Row[Any]) -> Heard:
    return Heard(
        id=row.id,
        tenant=row.tenant,
        listening_id=row.listening_id,
        name=row.name,
        data=decode(row.data),
        kept_until=row.kept_until,
    )
