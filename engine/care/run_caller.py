"""Calls runs that were held back, once their requests may go."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from core import log_context
from core.clock import Clock, Milliseconds
from core.errors import GuardMissed
from core.store import Store
from engine.transitions import Transitions

logger = logging.getLogger(__name__)


class RunCaller:
    """An `engine.care.endpoints.Call`. Whom it does not reach comes in their turn."""

    def __init__(
        self, store: Store, transitions: Transitions, clock: Clock, wake: Callable[[], None]
    ) -> None:
        self._store = store
        self._transitions = transitions
        self._clock = clock
        self._wake = wake

    def call(self, tenant: str, run_ids: Sequence[str]) -> None:
        """Makes these runs due, whatever has become of them."""
        now = self._clock.now()
        called = [self._call(tenant, run_id, now) for run_id in run_ids]
        if any(called):
            self._wake()

    def _call(self, tenant: str, run_id: str, now: Milliseconds) -> bool:
        """Whether it was reached, whatever goes wrong: who calls has sent something that counts."""
        try:
            self._store.commit([self._transitions.signal(tenant, run_id, now)])
        except GuardMissed:
            return False  # It has ended.
        except Exception:
            words, told_of = "run %s, which was held back, cannot be called", (tenant, run_id)
            logger.exception(words, run_id, extra=log_context.of(*told_of))
            return False
        return True
