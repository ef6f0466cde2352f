"""Idempotency keys: a request that came before is recognised, not taken in again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.clock import Milliseconds
from core.errors import GuardMissed
from core.event_store import Events
from core.model import Event
from core.writes import Write
from engine.arrival import idempotency_key
from engine.inbound_replies import Reply, try_again
from engine.replies import JsonReply, Problem


class Repetitions:
    """Tells repeated requests by their keys, within each automation's window."""

    def __init__(self, events: Events) -> None:
        self._events = events

    def take_once(
        self,
        event: Event,
        key: str | None,
        digest: str,
        window: Milliseconds,
        take: Callable[[Sequence[Write]], Reply],
    ) -> Reply:
        """What `take` answers, unless the key is known.

        `digest` tells whether a repeated key comes with the same request. `take` gets writes to
        commit with the event; of requests that come in one moment, one is taken. Without a key or
        a window every request is.
        """
        if key is None or not window:
            return take(())
        full = idempotency_key(event, key)
        if repeated := self._repeated(event, full, digest):
            return repeated
        remember = self._events.remember_key(event, full, digest, event.received_at + window)
        try:
            return take([remember])
        except GuardMissed:
            # Another request with this key was stored in the same moment.
            return self._repeated(event, full, digest) or try_again()

    def _repeated(self, event: Event, key: str, digest: str) -> Reply | None:
        known = self._events.known_key(event.tenant, event.automation_id, key, event.received_at)
        if known is None:
            return None
        event_id, known_digest = known
        if known_digest != digest:
            detail = "This Idempotency-Key came before with another body."
            return Problem(422, "Idempotency key reused", detail, extra={"event_id": event_id})
        return JsonReply(200, {"status": "duplicate", "event_id": event_id})
