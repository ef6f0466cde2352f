"""Sessions of browsers, by the hash of their token."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select, update

from core.accounts import Session, User
from core.clock import Milliseconds
from core.writes import Write
from store.database import Database
from store.schema.people import sessions as table
from store.schema.people import users
from store.users import user_of


class Sessions:
    """The table `sessions`. Every session is its user's, and with that its tenant's."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = database.prepare_insert(table)
        mine = table.c.id == bindparam("which")
        self._touch = database.prepare(
            update(table).where(mine).values(seen_at=bindparam("seen_at"))
        )
        self._delete = database.prepare(delete(table).where(mine))
        self._delete_of = database.prepare(
            delete(table).where(
                table.c.user_id == bindparam("user"), table.c.id != bindparam("kept")
            )
        )
        self._forget = database.prepare(
            delete(table).where(
                (table.c.created_at < bindparam("created_before"))
                | (table.c.seen_at < bindparam("seen_before"))
            )
        )

    def insert(self, session: Session, token_hash: str) -> Write:
        """Adds a session."""
        return Write(
            self._insert,
            {
                "id": session.id,
                "user_id": session.user_id,
                "token_hash": token_hash,
                "created_at": session.created_at,
                "seen_at": session.seen_at,
            },
        )

    def find(self, token_hash: str) -> tuple[Session, User] | None:
        """The session with this hash and its user, unless that one is disabled."""
        mine = table.c.token_hash == token_hash
        statement = (
            select(
                users,
                table.c.id.label("session_id"),
                table.c.created_at.label("began_at"),
                table.c.seen_at,
            )
            .join(table, table.c.user_id == users.c.id)
            .where(mine, ~users.c.disabled)
        )
        row = self._database.first(statement)
        if row is None:
            return None
        return Session(row.session_id, row.id, row.began_at, row.seen_at), user_of(row)

    def touch(self, session_id: str, now: Milliseconds) -> Write:
        """The session was used."""
        return Write(self._touch, {"which": session_id, "seen_at": now})

    def delete(self, session_id: str) -> Write:
        """Ends a session, if it goes on."""
        return Write(self._delete, {"which": session_id})

    def delete_of(self, user_id: str, kept: str = "") -> Write:
        """Ends every session of a user but the one of this id."""
        return Write(self._delete_of, {"user": user_id, "kept": kept})

    def forget(self, created_before: Milliseconds, seen_before: Milliseconds) -> Write:
        """Removes what has expired."""
        return Write(self._forget, {"created_before": created_before, "seen_before": seen_before})
