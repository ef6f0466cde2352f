"""The inbox: what users are told inside Penstock, and who is meant by an e-mail or a role."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.accounts import Role, User
from core.clock import Clock
from core.errors import NotFoundError
from core.ids import new_id
from core.inbox import InboxItem
from core.model import Page
from core.store import Store
from core.writes import ListQuery, Write

MOST_COUNTED = 100
"""Unread messages are counted no further: the menu shows 99+."""


class InboxService:
    """Messages to a tenant's users."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def recipients(self, tenant: str, whom: Iterable[str]) -> Sequence[User]:
        """The users who are meant by e-mails and by names of roles; those who may sign in."""
        named = {one.strip().lower() for one in whom}
        return [
            user
            for user in self._store.users.list(tenant)
            if not user.disabled and (user.email in named or user.role.value in named)
        ]

    def tell(
        self, tenant: str, users: Iterable[User], kind: str, title: str, text: str, link: str
    ) -> Sequence[Write]:
        """A message to each, to be committed with what it tells of. `link` is a path of pages."""
        now = self._clock.now()
        return [
            self._store.inbox.insert(
                InboxItem(new_id(), tenant, user.id, kind, title[:200], text[:2000], link, now)
            )
            for user in users
        ]

    def tell_admins(
        self, tenant: str, kind: str, title: str, text: str, link: str
    ) -> Sequence[Write]:
        """A message to each admin."""
        admins = self.recipients(tenant, [Role.ADMIN.value])
        return self.tell(tenant, admins, kind, title, text, link)

    def list(self, user: User, query: ListQuery) -> Page[InboxItem]:
        """A user's messages, the newest first."""
        return self._store.inbox.list(user.tenant, user.id, query)

    def unread(self, user: User) -> int:
        """How many a user has not read, MOST_COUNTED at most."""
        return self._store.inbox.unread(user.tenant, user.id, MOST_COUNTED)

    def read(self, user: User, item_id: str) -> InboxItem:
        """Marks a message as read and gives it. Raises NotFoundError."""
        item = self._store.inbox.get(user.tenant, user.id, item_id)
        if item is None:
            raise NotFoundError("there is no such message")
        now = self._clock.now()
        self._store.commit([self._store.inbox.mark_read(user.tenant, user.id, item_id, now)])
        return item

    def read_all(self, user: User) -> None:
        """Marks every message as read."""
        now = self._clock.now()
        self._store.commit([self._store.inbox.mark_all_read(user.tenant, user.id, now)])
