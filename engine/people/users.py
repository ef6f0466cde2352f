"""Users as an admin handles them: roles, disabling and enabling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.accounts import Role, User
from core.errors import ConflictError, GuardMissed, NotFoundError
from core.store import Store
from engine.audit import AuditService
from engine.people.profile import tidy_email
from engine.people.sessions import SessionKeeper


class UserService:
    """A tenant's users."""

    def __init__(self, store: Store, sessions: SessionKeeper, audit: AuditService) -> None:
        self._store = store
        self._sessions = sessions
        self._audit = audit

    def list(self, tenant: str) -> Sequence[User]:
        """A tenant's users by e-mail."""
        return self._store.users.list(tenant)

    def get(self, tenant: str, user_id: str) -> User:
        """One user. Raises NotFoundError."""
        user = self._store.users.get(tenant, user_id)
        if user is None:
            raise NotFoundError(f"there is no user {user_id}")
        return user

    def find(self, tenant: str, email: str) -> User:
        """The user of an e-mail. Raises NotFoundError."""
        found = self._store.users.find(tidy_email(email))
        if found is None or found[0].tenant != tenant:
            raise NotFoundError(f"there is no user {email}")
        return found[0]

    def change_role(self, tenant: str, user_id: str, role: Role) -> User:
        """Gives a user another role, and ends their sessions.

        Raises NotFoundError, ConflictError for the last admin.
        """
        user = self.get(tenant, user_id)
        if user.role is role:
            return user
        detail = {"from": user.role.value, "to": role.value}
        return self._change(user, replace(user, role=role), "user.role_changed", detail)

    def disable(self, tenant: str, user_id: str) -> User:
        """Keeps a user out from now on. Raises NotFoundError, ConflictError for the last admin."""
        user = self.get(tenant, user_id)
        return user if user.disabled else self._set_disabled(user, True, "user.disabled")

    def enable(self, tenant: str, user_id: str) -> User:
        """Lets a user in again, with the password of before. Raises NotFoundError."""
        user = self.get(tenant, user_id)
        return self._set_disabled(user, False, "user.enabled") if user.disabled else user

    def _set_disabled(self, user: User, disabled: bool, verb: str) -> User:
        return self._change(user, replace(user, disabled=disabled), verb, {})

    def _change(self, user: User, changed: User, verb: str, detail: dict[str, str]) -> User:
        store = self._store
        note = self._audit.note(user.tenant, verb, "user", user.id, user.name, detail)
        ended = store.sessions.delete_of(user.id)
        try:
            store.commit([store.users.change(user, changed.role, changed.disabled), ended, note])
        except GuardMissed:
            raise ConflictError(
                f"{user.name} is the last admin; make somebody else an admin first"
            ) from None
        self._sessions.forget()
        return changed
