"""What happened inside: events that automations and subscriptions can be told of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.clock import Milliseconds
from core.writes import Write

MOST_DEPTH = 10
"""How many runs may have led to one another before the chain is cut as a loop."""


@dataclass(frozen=True, slots=True)
class PlatformEvent:
    """Something that happened in a tenant: `type` in dot notation, `data` as its schema says.

    `version` is the schema's. `automation_id` is the automation it is about, where there is one.
    `depth` counts the runs that led to it, one after another; 0 when no run did.
    """

    id: str
    tenant: str
    type: str
    version: int
    occurred_at: Milliseconds
    data: Mapping[str, Any]
    automation_id: str | None = None
    depth: int = 0


class PlatformEvents(Protocol):
    """The outbox: what happened is stored with what made it happen, and handed on from there."""

    def insert(self, event: PlatformEvent) -> Write:
        """Adds an event, to be handed on."""
        ...

    def get(self, tenant: str, event_id: str) -> PlatformEvent | None:
        """One event, or None."""
        ...

    def waiting(self, limit: int) -> Sequence[PlatformEvent]:
        """What has not been handed on, the oldest first, of every tenant."""
        ...

    def handed_on(self, event: PlatformEvent, now: Milliseconds) -> Write:
        """Marks an event as handed on; guarded: refused when it was already."""
        ...
