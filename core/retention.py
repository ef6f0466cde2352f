"""What is kept for how long, and the ports to what deletes it afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.clock import Milliseconds
from core.writes import Write

Cursor = str | int
"""Where the next batch begins, as the store has it."""


class Kept(StrEnum):
    """What each tenant decides of: how long it is kept, and how much of it."""

    RUNS = "runs"
    """With their events, journals, decisions and what was told to their steps."""
    REQUESTS = "requests"
    DELIVERIES = "deliveries"
    AUDIT = "audit"
    INBOX = "inbox"


class Lapsing(StrEnum):
    """What lapses by itself."""

    PLATFORM_EVENTS = "platform_events"
    """By the moment at which each was handed on."""
    RECEIPTS = "record_receipts"
    """By the moment at which each was made."""
    IDEMPOTENCY_KEYS = "idempotency_keys"
    """By the end of each one's window."""
    ANSWERS = "answers"
    """By the moment until which somebody can wait for each."""
    LISTENINGS = "listenings"
    """Those of processes that died, by the end of what they were renewed for."""
    HEARD = "heard"
    """What nobody was there for any more, by the moment until which somebody could have been."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows to be deleted in one commit: its `writes`, and where the next batch begins.

    A guarded write among them is missed when one of the rows has come to be needed again.
    """

    writes: Sequence[Write]
    rows: int
    cursor: Cursor


class Expired(Protocol):
    """Rows of tenants, by their age."""

    def beyond(self, tenant: str, most: int) -> Milliseconds | None:
        """A moment from which on there are at least the `most` newest; None where there are fewer.

        `most` is 1 or more.
        """
        ...

    def batch(self, tenant: str, before: Milliseconds, cursor: Cursor | None) -> Batch | None:
        """What can be deleted of what is older than `before`, the oldest first, or None.

        What has not ended is never in it, nor what something that goes on needs still.
        """
        ...


class Lapsed(Protocol):
    """Rows of every tenant that are over at a moment of their own."""

    def batch(self, before: Milliseconds, cursor: Cursor | None) -> Batch | None:
        """Rows whose moment is before this one, or None."""
        ...


class Retention(Protocol):
    """What can be deleted, and the room that is left by it."""

    @property
    def expired(self) -> Mapping[Kept, Expired]:
        """By what a tenant decides of."""
        ...

    @property
    def lapsed(self) -> Mapping[Lapsing, Lapsed]:
        """By what lapses by itself."""
        ...

    def give_back(self) -> bool:
        """Gives a little of the room that deleted rows left back to the disk.

        Whether there was any to give: then there may be more. Raises StorageUnavailable.
        """
        ...
