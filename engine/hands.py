"""Which runs this process has in hand, and those it holds without knowing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping

from core import log_context
from core.clock import Milliseconds
from core.errors import GuardMissed
from core.store import Store
from engine.transitions import Transitions

logger = logging.getLogger(__name__)


class Hands:
    """The runs that are being executed in this process. Thread-safe."""

    def __init__(self) -> None:
        self._runs: set[str] = set()
        self._lock = threading.Lock()

    def take(self, run_id: str) -> None:
        """A thread executes the run, or one will."""
        with self._lock:
            self._runs.add(run_id)

    def leave(self, run_id: str) -> None:
        """Nothing here executes it any more."""
        with self._lock:
            self._runs.discard(run_id)

    def hold(self, run_id: str) -> bool:
        """Whether the run is in hand."""
        with self._lock:
            return run_id in self._runs


class ForgottenRuns:
    """Runs that the store says this process executes, while it does not: gives them back.

    That a fault at the wrong moment leaves a run so is not meant to happen; that one would stay
    `running` as long as the process lives must not. A run is forgotten when two looks in a row find
    it under the same token and in no hand: one look may come between a claim and its execution.
    """

    def __init__(self, store: Store, transitions: Transitions, hands: Hands, executor: str) -> None:
        self._store = store
        self._transitions = transitions
        self._hands = hands
        self._executor = executor
        self._seen: Mapping[str, int] = {}

    def give_back(self, now: Milliseconds) -> int:
        """Looks once; how many runs were given back. Raises StorageUnavailable."""
        held = self._store.runs.held_by(self._executor)
        unknown = [run for run in held if not self._hands.hold(run.id)]
        forgotten = [run for run in unknown if self._seen.get(run.id) == run.token]
        self._seen = {run.id: run.token for run in unknown}
        given_back = 0
        for run in forgotten:
            try:
                self._store.commit([self._transitions.release(run, now)])
            except GuardMissed:
                continue
            told_of = log_context.of(run.tenant, run.id)
            logger.error(
                "run %s was in nobody's hands and is taken up again", run.id, extra=told_of
            )
            given_back += 1
        return given_back
