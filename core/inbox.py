"""What people are told inside Penstock: an inbox for each user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from core.clock import Milliseconds
from core.model import Page
from core.writes import ListQuery, Write


@dataclass(frozen=True, slots=True)
class InboxItem:
    """One message to one user. `kind` says what it is about, `link` is a path of the pages."""

    id: str
    tenant: str
    user_id: str
    kind: str
    title: str
    text: str
    link: str
    created_at: Milliseconds
    read_at: Milliseconds | None = None


class Inbox(Protocol):
    """Messages by user."""

    def insert(self, item: InboxItem) -> Write:
        """Adds a message."""
        ...

    def list(self, tenant: str, user_id: str, query: ListQuery) -> Page[InboxItem]:
        """A user's messages, the newest first."""
        ...

    def unread(self, tenant: str, user_id: str, most: int) -> int:
        """How many a user has not read, counted no further than `most`."""
        ...

    def get(self, tenant: str, user_id: str, item_id: str) -> InboxItem | None:
        """One message of a user, or None."""
        ...

    def mark_read(self, tenant: str, user_id: str, item_id: str, now: Milliseconds) -> Write:
        """A message was read."""
        ...

    def mark_all_read(self, tenant: str, user_id: str, now: Milliseconds) -> Write:
        """Every message of a user was read."""
        ...
