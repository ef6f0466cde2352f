"""Signing in and out, and one's own account."""

from __future__ import annotations

from dataclasses import replace

from core.accounts import User
from core.clock import Clock
from core.errors import Fault, GuardMissed, InvalidError, NotFoundError, SignInRefused
from core.store import Store
from core.writes import Write
from engine.audit import AuditService
from engine.people.passwords import Passwords, password_faults
from engine.people.profile import email_faults, name_faults, tidy_email, tidy_name
from engine.people.sessions import SessionKeeper, SignedIn
from engine.people.throttle import Throttle

_WRONG = "No account has this e-mail and this password."


class AccountService:
    """Who is signed in, and what everybody may do with an account of their own."""

    def __init__(
        self,
        store: Store,
        sessions: SessionKeeper,
        passwords: Passwords,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._passwords = passwords
        self._audit = audit
        self._clock = clock
        self._throttle = Throttle(clock)
        self._has_users = False

    def has_users(self) -> bool:
        """Whether anybody can sign in; until then the set-up link is the way in."""
        # Users are disabled and never removed: once there is one, it stays so.
        self._has_users = self._has_users or self._store.users.any()
        return self._has_users

    def identify(self, token: str) -> SignedIn | None:
        """Who is signed in by a session's token, or None."""
        return self._sessions.identify(token)

    def sign_in(self, email: str, password: str, remote_address: str) -> tuple[SignedIn, str]:
        """Signs in; who it is, and the token of the session.

        Raises SignInRefused, with the same words and after the same work whatever was wrong, and
        with `wait` after too many tries.
        """
        email = tidy_email(email)
        self._throttle.admit(email, remote_address)
        user, hashed = self._find(email)
        if not self._passwords.match(hashed, password) or user is None or hashed is None:
            raise SignInRefused(_WRONG)
        now = self._clock.now()
        session = self._sessions.make(replace(user, signed_in_at=now))
        arrived = self._store.users.signed_in(user, hashed, now)
        try:
            self._store.commit([session.write, arrived, *self._renewed(user, hashed, password)])
        except GuardMissed:
            raise SignInRefused(_WRONG) from None
        self._throttle.forgive(email, remote_address)
        self._sessions.sweep()
        return session.signed_in, session.token

    def sign_out(self, session_id: str) -> None:
        """Ends a session."""
        self._sessions.end(session_id)

    def sign_out_everywhere(self, user: User) -> None:
        """Ends every session of a user."""
        note = self._audit.note(
            user.tenant, "user.signed_out_everywhere", "user", user.id, user.name
        )
        self._store.commit([self._store.sessions.delete_of(user.id), note])
        self._sessions.forget()

    def rename(self, user: User, name: str) -> User:
        """Changes one's name. Raises InvalidError."""
        name = tidy_name(name)
        if faults := name_faults(name):
            raise InvalidError("the name cannot be changed so", faults)
        note = self._audit.note(
            user.tenant, "user.renamed", "user", user.id, name, {"from": user.name, "to": name}
        )
        self._commit([self._store.users.rename(user.tenant, user.id, name), note])
        self._sessions.forget()
        return replace(user, name=name)

    def change_password(self, user: User, old: str, new: str) -> tuple[SignedIn, str]:
        """Changes one's password, ends every session and begins another; its token.

        Raises InvalidError for a wrong old or an unfit new one, SignInRefused after many tries.
        """
        self._throttle.admit(user.email)
        found = self._store.users.find(user.email)
        if not self._passwords.match(found[1] if found else None, old):
            raise InvalidError("the password stays", [Fault("$.old", "is not your password")])
        self._throttle.forgive(user.email)
        if faults := password_faults(new, user.email, user.name):
            raise InvalidError("the password stays", faults)
        hashed = self._passwords.hash(new)
        changed = self._store.users.set_password(user.tenant, user.id, hashed)
        note = self._audit.note(user.tenant, "user.password_changed", "user", user.id, user.name)
        session = self._sessions.make(user)
        ended = self._store.sessions.delete_of(user.id, kept=session.signed_in.session_id)
        self._commit([changed, ended, session.write, note])
        self._sessions.forget()
        return session.signed_in, session.token

    def _find(self, email: str) -> tuple[User | None, str | None]:
        found = None if email_faults(email) else self._store.users.find(email)
        return found or (None, None)

    def _renewed(self, user: User, hashed: str, password: str) -> list[Write]:
        """A hash of an earlier release is made anew while the password is at hand."""
        if not self._passwords.is_outdated(hashed):
            return []
        again = self._passwords.hash(password)
        return [self._store.users.set_password(user.tenant, user.id, again)]

    def _commit(self, writes: list[Write]) -> None:
        try:
            self._store.commit(writes)
        except GuardMissed:
            raise NotFoundError("there is no such user any more") from None
