"""The port to events, and to the idempotency keys that tell a repetition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from core.clock import Milliseconds
from core.model import Event
from core.writes import Write


class Events(Protocol):
    """What occurred, and the idempotency keys that tell a repetition."""

    def insert(self, event: Event) -> Write:
        """Adds an event."""
        ...

    def get(self, tenant: str, event_id: str) -> Event | None:
        """One event, or None."""
        ...

    def some(self, tenant: str, event_ids: Sequence[str]) -> Mapping[str, Event]:
        """Several by their ids; those that are not there are left out."""
        ...

    def remember_key(
        self,
        event: Event,
        key: str,
        body_hash: str,
        expires_at: Milliseconds,
    ) -> Write:
        """Guarded: refused while an earlier event holds the key and has not expired."""
        ...

    def known_key(
        self, tenant: str, automation_id: str, key: str, now: Milliseconds
    ) -> tuple[str, str] | None:
        """The event and body hash that hold the key now."""
        ...
