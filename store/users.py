"""People who sign in, with the hashes of their passwords."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, exists, select, true, update

from core.accounts import Role, User
from core.clock import Milliseconds
from core.writes import Write
from store.database import Database
from store.prepared import Prepared
from store.schema.people import users as table

_MINE = (table.c.tenant == bindparam("which_tenant")) & (table.c.id == bindparam("which"))


class Users:
    """The table `users`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = database.prepare(
            database.insert(table).on_conflict_do_nothing(index_elements=["email"]),
            [column.name for column in table.columns],
        )
        self._rename = _prepare_update(database, _MINE, "name")
        self._set_password = _prepare_update(database, _MINE, "password_hash")
        proved = ~table.c.disabled & (table.c.password_hash == bindparam("known_hash"))
        self._signed_in = _prepare_update(database, _MINE & proved, "signed_in_at")
        self._promote = _prepare_update(database, _MINE, "role", "disabled")
        self._demote = _prepare_update(database, _MINE & _another_admin(), "role", "disabled")

    def any(self) -> bool:
        """Whether the installation has a user."""
        return self._database.first(select(table.c.id).limit(1)) is not None

    def get(self, tenant: str, user_id: str) -> User | None:
        """One user, or None."""
        row = self._database.first(
            select(table).where(table.c.tenant == tenant, table.c.id == user_id)
        )
        return user_of(row) if row else None

    def list(self, tenant: str) -> Sequence[User]:
        """A tenant's users by e-mail."""
        rows = self._database.rows(
            select(table).where(table.c.tenant == tenant).order_by(table.c.email)
        )
        return [user_of(row) for row in rows]

    def find(self, email: str) -> tuple[User, str] | None:
        """The user of an e-mail, whatever the tenant, with the hash of the password."""
        row = self._database.first(select(table).where(table.c.email == email))
        return (user_of(row), row.password_hash) if row else None

    def insert(self, user: User, password_hash: str) -> Write:
        """Adds a user; guarded: refused when the e-mail is taken."""
        values = {
            "id": user.id,
            "tenant": user.tenant,
            "email": user.email,
            "name": user.name,
            "role": user.role.value,
            "password_hash": password_hash,
            "disabled": user.disabled,
            "created_at": user.created_at,
            "signed_in_at": user.signed_in_at,
        }
        return Write(self._insert, values, guarded=True)

    def rename(self, tenant: str, user_id: str, name: str) -> Write:
        """Gives a user another name; guarded: refused when there is none."""
        return Write(self._rename, {**_which(tenant, user_id), "name": name}, guarded=True)

    def change(self, user: User, role: Role, disabled: bool) -> Write:
        """Gives a user a role, and disables or enables; guarded by there being another admin."""
        stays = role is Role.ADMIN and not disabled
        values = {"role": role.value, "disabled": disabled, **_which(user.tenant, user.id)}
        return Write(self._promote if stays else self._demote, values, guarded=True)

    def set_password(self, tenant: str, user_id: str, password_hash: str) -> Write:
        """Replaces the hash of the password; guarded: refused when there is no such user."""
        values = {"password_hash": password_hash, **_which(tenant, user_id)}
        return Write(self._set_password, values, guarded=True)

    def signed_in(self, user: User, password_hash: str, now: Milliseconds) -> Write:
        """Notes a sign-in; guarded: refused when the user is disabled or has another password."""
        which = {**_which(user.tenant, user.id), "known_hash": password_hash}
        return Write(self._signed_in, {"signed_in_at": now, **which}, guarded=True)


def user_of(row: Row[Any]) -> User:
    """The user that a row of the table's columns holds."""
    return User(
        id=row.id,
        tenant=row.tenant,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        disabled=bool(row.disabled),
        created_at=row.created_at,
        signed_in_at=row.signed_in_at,
    )


def _which(tenant: str, user_id: str) -> dict[str, str]:
    return {"which_tenant": tenant, "which": user_id}


def _prepare_update(database: Database, where: Any, *names: str) -> Prepared:
    return database.prepare(
        update(table).where(where).values({name: bindparam(name) for name in names})
    )


def _another_admin() -> Any:
    """Whether the tenant has an admin beside this user.

    Its row is locked, so that of two admins who remove each other at once one is refused.
    """
    other = table.alias("other")
    found = select(true()).where(
        other.c.tenant == bindparam("which_tenant"),
        other.c.id != bindparam("which"),
        other.c.role == Role.ADMIN.value,
        ~other.c.disabled,
    )
    return exists(found.with_for_update())
