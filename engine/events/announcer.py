"""Announces what happens: the row that is stored with it, where anybody wants to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from core.clock import Clock
from core.ids import new_id
from core.platform_events import PlatformEvent, PlatformEvents
from core.writes import Write
from engine.events.consumers import Consumer

UNLISTED_VERSION = 1
"""The version of events whose type an automation chose itself."""


class Announcer:
    """Makes platform events. `consumers` are asked first: what nobody wants costs nothing.

    `stir` is called as one is made: it will be in the outbox within moments.
    """

    def __init__(
        self,
        events: PlatformEvents,
        consumers: Iterable[Consumer],
        versions: Mapping[str, int],
        clock: Clock,
        stir: Callable[[], None],
    ) -> None:
        self._events = events
        self._consumers = tuple(consumers)
        self._versions = versions
        self._clock = clock
        self._stir = stir

    def wanted(self, tenant: str, event_type: str) -> bool:
        """Whether anybody would be told."""
        return any(one.wants(tenant, event_type) for one in self._consumers)

    def announce(
        self,
        tenant: str,
        event_type: str,
        data: Mapping[str, Any],
        *,
        automation_id: str | None = None,
        depth: int = 0,
    ) -> Sequence[Write]:
        """What to commit with the thing that happened; nothing when nobody would be told.

        `data` must hold no secret: it is stored and sent as it is. `depth` is that of the run that
        made it happen, plus one.
        """
        event = self.event(tenant, event_type, data, automation_id=automation_id, depth=depth)
        return () if event is None else (self._events.insert(event),)

    def event(
        self,
        tenant: str,
        event_type: str,
        data: Mapping[str, Any],
        *,
        automation_id: str | None = None,
        depth: int = 0,
    ) -> PlatformEvent | None:
        """The event itself, to be put into the outbox; None when nobody would be told of it."""
        if not self.wanted(tenant, event_type):
            return None
        self._stir()
        return PlatformEvent(
            id=new_id(),
            tenant=tenant,
            type=event_type,
            version=self._versions.get(event_type, UNLISTED_VERSION),
            occurred_at=self._clock.now(),
            data=data,
            automation_id=automation_id,
            depth=depth,
        )
