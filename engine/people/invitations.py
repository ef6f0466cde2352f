"""One-time links to a password: for the first admin, for a new user, for one who forgot it."""

from __future__ import annotations

from collections.abc import Sequence

from core.accounts import Invitation, LinkPurpose, Role, User
from core.clock import Clock, Milliseconds
from core.errors import ConflictError, Fault, GuardMissed, InvalidError, NotFoundError
from core.ids import new_id
from core.store import Store
from core.writes import Write
from engine.acting import acting_as, actor_of
from engine.audit import AuditService
from engine.people.passwords import Passwords, password_faults
from engine.people.profile import email_faults, name_faults, tidy_email, tidy_name
from engine.people.sessions import SessionKeeper, SignedIn
from engine.people.tokens import hash_token, new_token

INVITATION_HOLDS: Milliseconds = 7 * 24 * 3_600_000
RESET_HOLDS: Milliseconds = 24 * 3_600_000

_GONE = "This link has been used or has expired. Ask an admin for a new one."
_TAKEN = "there is a user with the e-mail {} already"


class InvitationService:
    """Makes links, whose tokens are shown once, and takes them from who uses them."""

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

    def set_up(self, tenant: str) -> str | None:
        """The token of a new link to the first admin, in place of an earlier one.

        None when the installation has users.
        """
        if self._store.users.any():
            return None
        link = self._link(tenant, LinkPurpose.SETUP, "", Role.ADMIN)
        return self._keep(link)

    def invite(self, tenant: str, email: str, role: Role) -> tuple[Invitation, str]:
        """A link for a new user, in place of an earlier one, and its token.

        Raises InvalidError for a bad e-mail, ConflictError when it is a user's.
        """
        email = tidy_email(email)
        _refuse("the user cannot be invited", email_faults(email))
        self._refuse_taken(email)
        link = self._link(tenant, LinkPurpose.INVITATION, email, role, holds=INVITATION_HOLDS)
        note = self._audit.note(
            tenant, "invitation.made", "invitation", link.id, email, {"role": role.value}
        )
        return link, self._keep(link, note)

    def reset(self, tenant: str, user_id: str) -> tuple[Invitation, str]:
        """A link with which a user chooses another password, and its token.

        The old password holds until then. Raises NotFoundError, ConflictError for one disabled.
        """
        user = self._store.users.get(tenant, user_id)
        if user is None:
            raise NotFoundError(f"there is no user {user_id}")
        if user.disabled:
            raise ConflictError(f"{user.name} is disabled; enable the user first")
        link = self._link(
            tenant, LinkPurpose.RESET, user.email, user.role, user.id, holds=RESET_HOLDS
        )
        note = self._audit.note(tenant, "user.reset_link_made", "user", user.id, user.name)
        return link, self._keep(link, note)

    def list(self, tenant: str) -> Sequence[Invitation]:
        """Invitations that have not been used, by age."""
        return [
            link
            for link in self._store.invitations.list(tenant)
            if link.purpose is LinkPurpose.INVITATION and not self._is_over(link)
        ]

    def withdraw(self, tenant: str, invitation_id: str) -> None:
        """Makes a link worthless. Raises NotFoundError."""
        links = {link.id: link for link in self._store.invitations.list(tenant)}
        link = links.get(invitation_id)
        if link is None:
            raise NotFoundError("the invitation has been used or has expired")
        note = self._audit.note(tenant, "invitation.withdrawn", "invitation", link.id, link.email)
        try:
            self._store.commit([self._store.invitations.delete(tenant, link.id), note])
        except GuardMissed:
            raise NotFoundError("the invitation has been used or has expired") from None

    def read(self, token: str) -> Invitation:
        """What a link is for. Raises NotFoundError when it does not hold any more."""
        link = self._store.invitations.find(hash_token(token))
        if link is None or self._is_over(link):
            raise NotFoundError(_GONE)
        if link.purpose is LinkPurpose.SETUP and self._store.users.any():
            raise NotFoundError(_GONE)
        return link

    def accept(
        self, token: str, password: str, name: str = "", email: str = ""
    ) -> tuple[SignedIn, str]:
        """Uses a link up: makes the user, or changes the password; who is signed in, and how.

        `name` is for new users, `email` for the first admin. Raises NotFoundError, InvalidError
        with every fault, ConflictError when the e-mail was taken meanwhile.
        """
        link = self.read(token)
        if link.purpose is LinkPurpose.RESET:
            return self._choose_anew(link, password)
        email = tidy_email(email) if link.purpose is LinkPurpose.SETUP else link.email
        return self._join(link, email, tidy_name(name), password)

    def _join(self, link: Invitation, email: str, name: str, password: str) -> tuple[SignedIn, str]:
        faults = email_faults(email) + name_faults(name) + password_faults(password, email, name)
        _refuse("the account cannot be made", faults)
        self._refuse_taken(email)
        now = self._clock.now()
        user = User(new_id(), link.tenant, email, name, link.role, False, now, now)
        made = self._store.users.insert(user, self._passwords.hash(password))
        return self._use_up(link, user, made, "user.joined", {"role": link.role.value})

    def _choose_anew(self, link: Invitation, password: str) -> tuple[SignedIn, str]:
        user = self._store.users.get(link.tenant, link.user_id or "")
        if user is None or user.disabled:
            raise NotFoundError(_GONE)
        _refuse("the password cannot be set", password_faults(password, user.email, user.name))
        hashed = self._passwords.hash(password)
        changed = self._store.users.set_password(user.tenant, user.id, hashed)
        return self._use_up(link, user, changed, "user.password_reset", {})

    def _use_up(
        self, link: Invitation, user: User, change: Write, verb: str, detail: dict[str, str]
    ) -> tuple[SignedIn, str]:
        """Commits the change with the end of the link and of older sessions, and signs in."""
        store, session = self._store, self._sessions.make(user)
        with acting_as(actor_of(user)):
            note = self._audit.note(user.tenant, verb, "user", user.id, user.name, detail)
        ended = store.sessions.delete_of(user.id, kept=session.signed_in.session_id)
        used = store.invitations.delete(link.tenant, link.id)
        try:
            store.commit([change, used, ended, session.write, note])
        except GuardMissed:
            self._refuse_taken(user.email)
            raise NotFoundError(_GONE) from None
        self._sessions.forget()
        return session.signed_in, session.token

    def _link(
        self,
        tenant: str,
        purpose: LinkPurpose,
        email: str,
        role: Role,
        user_id: str | None = None,
        holds: Milliseconds | None = None,
    ) -> Invitation:
        now = self._clock.now()
        expires = None if holds is None else now + holds
        return Invitation(new_id(), tenant, purpose, email, role, user_id, now, expires)

    def _keep(self, link: Invitation, *beside: Write) -> str:
        links, token = self._store.invitations, new_token()
        self._store.commit(
            [
                links.insert(link, hash_token(token)),
                links.delete_others(link),
                links.forget(link.created_at),
                *beside,
            ]
        )
        return token

    def _is_over(self, link: Invitation) -> bool:
        return link.expires_at is not None and link.expires_at <= self._clock.now()

    def _refuse_taken(self, email: str) -> None:
        if self._store.users.find(email) is not None:
            raise ConflictError(_TAKEN.format(email))


def _refuse(message: str, faults: Sequence[Fault]) -> None:
    if faults:
        raise InvalidError(message, faults)
