"""The ports to people, their sessions and links, and the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.accounts import AuditEntry, Invitation, Role, Session, User
from core.clock import Milliseconds
from core.model import Page
from core.writes import ListQuery, Write


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries; None means any. `verb` is a verb or its beginning (`automation.`)."""

    actor_id: str | None = None
    verb: str | None = None
    subject_kind: str | None = None
    subject_id: str | None = None


class Users(Protocol):
    """People and the hashes of their passwords."""

    def any(self) -> bool:
        """Whether the installation has a user."""
        ...

    def get(self, tenant: str, user_id: str) -> User | None:
        """One user, or None."""
        ...

    def list(self, tenant: str) -> Sequence[User]:
        """A tenant's users by e-mail."""
        ...

    def find(self, email: str) -> tuple[User, str] | None:
        """The user of an e-mail, whatever the tenant, with the hash of the password."""
        ...

    def insert(self, user: User, password_hash: str) -> Write:
        """Guarded: refused when the e-mail is taken."""
        ...

    def rename(self, tenant: str, user_id: str, name: str) -> Write:
        """Guarded: refused when there is none."""
        ...

    def change(self, user: User, role: Role, disabled: bool) -> Write:
        """Guarded: refused when there is none, or when the tenant would be left without an admin
        who is not disabled.
        """
        ...

    def set_password(self, tenant: str, user_id: str, password_hash: str) -> Write:
        """Guarded: refused when there is none."""
        ...

    def signed_in(self, user: User, password_hash: str, now: Milliseconds) -> Write:
        """Guarded: refused when the user is disabled, or has another password by now."""
        ...


class Sessions(Protocol):
    """Sessions by the hash of their token."""

    def insert(self, session: Session, token_hash: str) -> Write:
        """Adds a session."""
        ...

    def find(self, token_hash: str) -> tuple[Session, User] | None:
        """The session with this hash and its user, unless that one is disabled."""
        ...

    def touch(self, session_id: str, now: Milliseconds) -> Write:
        """The session was used."""
        ...

    def delete(self, session_id: str) -> Write:
        """Ends a session, if it goes on."""
        ...

    def delete_of(self, user_id: str, kept: str = "") -> Write:
        """Ends every session of a user but the one of this id."""
        ...

    def forget(self, created_before: Milliseconds, seen_before: Milliseconds) -> Write:
        """Removes what has expired."""
        ...


class Invitations(Protocol):
    """One-time links by the hash of their token."""

    def insert(self, invitation: Invitation, token_hash: str) -> Write:
        """Adds a link."""
        ...

    def find(self, token_hash: str) -> Invitation | None:
        """The link with this hash, be it expired or not."""
        ...

    def list(self, tenant: str) -> Sequence[Invitation]:
        """A tenant's links by age."""
        ...

    def delete(self, tenant: str, invitation_id: str) -> Write:
        """Guarded: refused when there is none, so that a link is used once."""
        ...

    def delete_others(self, invitation: Invitation) -> Write:
        """Removes other links of the same tenant, purpose and e-mail."""
        ...

    def forget(self, now: Milliseconds) -> Write:
        """Removes what has expired."""
        ...


class AuditLog(Protocol):
    """The record of who changed what."""

    def insert(self, entry: AuditEntry) -> Write:
        """Adds an entry."""
        ...

    def move(self, entry_id: str, entry: AuditEntry) -> Write:
        """Puts `entry` in the place of an earlier one, if that is still there."""
        ...

    def newest(self, tenant: str, subject_kind: str, subject_id: str) -> AuditEntry | None:
        """The last that was noted of a subject."""
        ...

    def list(self, tenant: str, which: AuditFilter, query: ListQuery) -> Page[AuditEntry]:
        """A tenant's entries, the newest first."""
        ...
