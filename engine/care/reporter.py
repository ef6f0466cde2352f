"""Tells of circuits that open and close: in the log, and whoever waits for such events."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from core import log_context
from core.clock import Milliseconds, to_rfc3339
from core.store import Store
from engine.care.breaker import Change
from engine.care.endpoint import AUTOMATION, EndpointView
from engine.events.announcer import Announcer
from engine.events.endpoint_events import CLOSED, OPENED

logger = logging.getLogger(__name__)


class EndpointReporter:
    """An `engine.care.endpoints.OnChange`."""

    def __init__(self, store: Store, announcer: Announcer) -> None:
        self._store = store
        self._announcer = announcer

    def tell(self, tenant: str, change: Change, endpoint: EndpointView) -> None:
        """Tells of a change, whatever goes wrong with that: what was sent was sent."""
        try:
            self._tell(tenant, change, endpoint)
        except Exception:
            told_of = log_context.of(tenant)
            logger.exception("that a circuit changed cannot be told of", extra=told_of)

    def _tell(self, tenant: str, change: Change, endpoint: EndpointView) -> None:
        words = "open" if change.opened else "closed again"
        logger.warning(
            "the circuit of %s is %s (tenant %s)",
            endpoint.origin,
            words,
            tenant,
            extra=log_context.of(tenant),
        )
        event_type = OPENED if change.opened else CLOSED
        data = _opened(endpoint) if change.opened else _closed(endpoint, change.since)
        writes = self._announcer.announce(tenant, event_type, data)
        if writes:
            self._store.commit_later(writes)


def _opened(endpoint: EndpointView) -> Mapping[str, Any]:
    last, until = endpoint.last_failure, endpoint.open_until
    return {
        "endpoint": endpoint.origin,
        "requests": endpoint.requests,
        "failures": endpoint.failures,
        "last_failure": None if last is None else last.words,
        "open_until": to_rfc3339(until or endpoint.last_used_at),
        "automations": _automations(endpoint),
    }


def _closed(endpoint: EndpointView, failing_since: Milliseconds) -> Mapping[str, Any]:
    return {
        "endpoint": endpoint.origin,
        "failing_since": to_rfc3339(failing_since),
        "automations": _automations(endpoint),
    }


def _automations(endpoint: EndpointView) -> list[str]:
    return [user.id for user in endpoint.used_by if user.kind == AUTOMATION]
