"""One-time links, by the hash of their token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, delete, select

from core.accounts import Invitation, LinkPurpose, Role
from core.clock import Milliseconds
from core.writes import Write
from store.database import Database
from store.schema.people import invitations as table


class Invitations:
    """The table `invitations`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = database.prepare_insert(table)
        in_tenant = table.c.tenant == bindparam("which_tenant")
        self._delete = database.prepare(
            delete(table).where(in_tenant, table.c.id == bindparam("which"))
        )
        self._delete_others = database.prepare(
            delete(table).where(
                in_tenant,
                table.c.purpose == bindparam("purpose"),
                table.c.email == bindparam("email"),
                table.c.id != bindparam("kept"),
            )
        )
        self._forget = database.prepare(delete(table).where(table.c.expires_at <= bindparam("now")))

    def insert(self, invitation: Invitation, token_hash: str) -> Write:
        """Adds a link."""
        return Write(
            self._insert,
            {
                "id": invitation.id,
                "tenant": invitation.tenant,
                "purpose": invitation.purpose.value,
                "email": invitation.email,
                "role": invitation.role.value,
                "user_id": invitation.user_id,
                "token_hash": token_hash,
                "created_at": invitation.created_at,
                "expires_at": invitation.expires_at,
            },
        )

    def find(self, token_hash: str) -> Invitation | None:
        """The link with this hash, be it expired or not."""
        row = self._database.first(select(table).where(table.c.token_hash == token_hash))
        return _invitation(row) if row else None

    def list(self, tenant: str) -> Sequence[Invitation]:
        """A tenant's links by age."""
        rows = self._database.rows(
            select(table).where(table.c.tenant == tenant).order_by(table.c.id)
        )
        return [_invitation(row) for row in rows]

    def delete(self, tenant: str, invitation_id: str) -> Write:
        """Removes a link; guarded: refused when there is none, so that it is used once."""
        return Write(self._delete, {"which_tenant": tenant, "which": invitation_id}, guarded=True)

    def delete_others(self, invitation: Invitation) -> Write:
        """Removes other links of the same tenant, purpose and e-mail."""
        return Write(
            self._delete_others,
            {
                "which_tenant": invitation.tenant,
                "purpose": invitation.purpose.value,
                "email": invitation.email,
                "kept": invitation.id,
            },
        )

    def forget(self, now: Milliseconds) -> Write:
        """Removes what has expired."""
        return Write(self._forget, {"now": now})


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        id=row.id,
        tenant=row.tenant,
        purpose=LinkPurpose(row.purpose),
        email=row.email,
        role=Role(row.role),
        user_id=row.user_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
