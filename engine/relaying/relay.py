"""Hands platform events on: what each consumer makes of one is committed as it is marked."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Sequence

from core import log_context
from core.clock import Clock
from core.errors import GuardMissed, UnstorableError
from core.platform_events import PlatformEvent
from core.store import Store
from core.writes import Write
from engine.events.consumers import Consumer

BATCH = 100
"""Events handed on in one commit."""

logger = logging.getLogger(__name__)


class Relay:
    """Empties the outbox. Any number of processes may: each event is handed on once.

    `stirred` is set when something was announced in this process.
    """

    def __init__(self, store: Store, consumers: Iterable[Consumer], clock: Clock) -> None:
        self.stirred = threading.Event()
        self._store = store
        self._consumers = tuple(consumers)
        self._clock = clock

    def hand_on(self) -> int:
        """Hands on what waits, up to a batch of it; how many there were.

        Raises StorageUnavailable; then everything waits on.
        """
        if not self._store.platform_events.waiting(1):
            return 0
        with self._store.exclusively("relay") as alone:
            waiting = self._store.platform_events.waiting(BATCH) if alone else ()
            if waiting:
                self.hand_on_these(waiting)
        return len(waiting)

    def hand_on_these(self, events: Sequence[PlatformEvent]) -> None:
        """Hands on events that waited as they were read. Raises StorageUnavailable."""
        if not self._commit(events):
            # Another process had one of them, or one cannot be stored: each on its own.
            for event in events:
                self._commit_alone(event)
        for consumer in self._consumers:
            consumer.taken()

    def _commit(self, events: Sequence[PlatformEvent]) -> bool:
        writes = [write for event in events for write in self._writes(event)]
        try:
            self._store.commit(writes)
        except (GuardMissed, UnstorableError):
            return False
        return True

    def _commit_alone(self, event: PlatformEvent) -> None:
        if self._commit([event]) or not self._waits(event):
            return
        words, told_of = "the event %s (%s) cannot be handed on; it is left out", event.tenant
        logger.error(words, event.id, event.type, extra=log_context.of(told_of))
        marked = self._store.platform_events.handed_on(event, self._clock.now())
        try:
            self._store.commit([marked])
        except GuardMissed:
            logger.info("the event %s was handed on by another process", event.id)

    def _waits(self, event: PlatformEvent) -> bool:
        return event.id in {one.id for one in self._store.platform_events.waiting(BATCH)}

    def _writes(self, event: PlatformEvent) -> Sequence[Write]:
        taken = [write for consumer in self._consumers for write in consumer.take(event)]
        return [self._store.platform_events.handed_on(event, self._clock.now()), *taken]
