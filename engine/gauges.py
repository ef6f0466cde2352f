"""How an installation stands at a moment, for whoever watches it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.clock import Clock, Milliseconds
from core.duration import format_duration
from core.errors import StorageUnavailable
from core.states import RunStatus
from core.store import Store
from engine.care.breaker import CircuitState
from engine.transitions import DUE

FRESH: Milliseconds = 5_000
"""How long what was read is shown again: however many ask, the store is asked this often."""
MOST_COUNTED = 100_000
"""Runs of a state are counted up to here; more shows in the age of the oldest due one."""
GOING_ON = (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.WAITING, RunStatus.HELD)
"""The states that are counted. Ends are counted as they happen."""


@dataclass(frozen=True, slots=True)
class StoreGauges:
    """What the store says. Every process on one store says the same."""

    oldest_due: Milliseconds
    """How long the run has waited that has been due for the longest time; 0 when none is."""
    due: int
    runs: Mapping[RunStatus, int]
    executors: int


@dataclass(frozen=True, slots=True)
class Gauges:
    """How things stand. `store` is None while the store does not answer."""

    store: StoreGauges | None
    circuits: Mapping[CircuitState, int]
    connections: int
    """Connections to the database that are in use."""


class GaugeService:
    """Reads the gauges. `circuits` counts the endpoints this process knows.

    `most_lag` is how old the oldest due run may be, None: however old.
    """

    def __init__(
        self,
        store: Store,
        circuits: Callable[[], Mapping[CircuitState, int]],
        clock: Clock,
        most_lag: Milliseconds | None = None,
    ) -> None:
        self._store = store
        self._circuits = circuits
        self._clock = clock
        self._most_lag = most_lag
        self._lock = threading.Lock()
        self._read_at: Milliseconds | None = None
        self._last: StoreGauges | None = None

    def read(self) -> Gauges:
        """How things stand, as of the last 5 seconds. Raises nothing."""
        return Gauges(self._of_store(), self._circuits(), self._store.connections)

    def oldest_due(self) -> Milliseconds:
        """How long the oldest due run has waited, at this moment. Raises StorageUnavailable."""
        now = self._clock.now()
        due_at = self._store.runs.next_due(DUE)
        return 0 if due_at is None else max(now - due_at, 0)

    def lag(self) -> str | None:
        """In words, that the oldest due run is older than it may be. Raises StorageUnavailable."""
        if self._most_lag is None or (age := self.oldest_due()) <= self._most_lag:
            return None
        return (
            f"The oldest due run has waited for {format_duration(age // 1000 * 1000)}, longer "
            f"than {format_duration(self._most_lag)} (PENSTOCK_READY_LAG): those who execute runs "
            "do not keep up, or none is there."
        )

    def _of_store(self) -> StoreGauges | None:
        with self._lock:
            now = self._clock.now()
            if self._read_at is None or abs(now - self._read_at) >= FRESH:
                self._last, self._read_at = self._ask(now), now
            return self._last

    def _ask(self, now: Milliseconds) -> StoreGauges | None:
        try:
            runs = self._store.runs
            return StoreGauges(
                oldest_due=self.oldest_due(),
                due=runs.count_due(DUE, now, MOST_COUNTED),
                runs={status: runs.count(status, MOST_COUNTED) for status in GOING_ON},
                executors=self._store.executors.alive(now),
            )
        except StorageUnavailable:
            return None
