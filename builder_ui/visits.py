"""A visit: who asks for a page, and what a view may use to answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from builder_ui.cookies import SessionCookie
from builder_ui.permissions import Permission, allows
from core.accounts import User
from core.clock import Clock
from engine.people.sessions import SignedIn
from engine.service import Service


class NotSignedIn(Exception):
    """Nobody is signed in where somebody has to be."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a person. `csrf` is the token that their forms carry.

    `base_url` is where people and partners reach this installation, without a `/` at its end, and
    `demo_partner` the address of the demo's partner, where there is one.
    """

    service: Service
    clock: Clock
    cookie: SessionCookie
    csrf: str
    base_url: str
    demo_partner: str | None
    signed_in: SignedIn | None

    @property
    def user(self) -> User:
        """Who it is. Raises NotSignedIn."""
        if self.signed_in is None:
            raise NotSignedIn
        return self.signed_in.user

    @property
    def tenant(self) -> str:
        """The tenant whose things are seen and changed."""
        return self.user.tenant

    @property
    def unread(self) -> int:
        """How many messages of the inbox were not read; counted to 100 at most."""
        return self.service.inbox.unread(self.user)

    def session(self) -> Callable[[], bool]:
        """Tells, later too and in any thread, whether the visitor's session still goes on.

        It ends with signing out, and when an admin changes the role or disables the user.
        """
        token = self.cookie.token()
        return lambda: token is not None and self.service.accounts.identify(token) is not None

    def may(self, needs: Permission) -> bool:
        """Whether the visitor may do what needs this permission; templates ask it by word."""
        return self.signed_in is not None and allows(self.user.role, Permission(needs))
