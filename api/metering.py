"""Counts what happens in this process until somebody asks (`core.meters.Meters`).

prometheus-client has counters, too. Those take seven to twelve microseconds a call where these
take about one, and its modules take 3 MB: they are loaded by the first `GET /metrics`.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from core.clock import Milliseconds
from core.states import RunStatus, StepStatus

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
"""Up to where the buckets of attempts and steps reach."""
COMMIT_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10)
WAIT_SECONDS = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30)
"""Up to where those of waits for a connection reach: the pool's patience is 30 seconds."""
UNITS = (1, 2, 4, 8, 16, 32, 64, 128, 256)

Labels = tuple[str, ...]


@dataclass(slots=True)
class Distribution:
    """How often a value fell into which bucket; the last one is for those beyond every bound."""

    bounds: Sequence[float]
    counts: list[int] = field(init=False)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def add(self, value: float) -> None:
        """Takes in a value; a bound belongs to the bucket below it."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def copy(self) -> Distribution:
        """As it stands now."""
        same = Distribution(self.bounds)
        same.counts, same.total = list(self.counts), self.total
        return same


@dataclass(frozen=True, slots=True)
class Readings:
    """What was counted up to a moment, since the process began."""

    accepted: int
    rescued: int
    given_up: int
    ended: Mapping[str, int]
    attempts: Mapping[Labels, Distribution]
    steps: Mapping[Labels, Distribution]
    waits: Distribution
    commits: Distribution
    units: Distribution


class Counted(Protocol):
    """Something that was counted."""

    def read(self) -> Readings:
        """What was counted until now."""
        ...


class Meter:
    """The counts of one process. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._accepted = self._rescued = self._given_up = 0
        self._ended: dict[str, int] = {}
        self._attempts: dict[Labels, Distribution] = {}
        self._steps: dict[Labels, Distribution] = {}
        self._waits = Distribution(WAIT_SECONDS)
        self._commits = Distribution(COMMIT_SECONDS)
        self._units = Distribution(UNITS)

    def event_accepted(self) -> None:
        """An event that somebody sent is stored, with its run."""
        with self._lock:
            self._accepted += 1

    def run_ended(self, status: RunStatus, count: int = 1) -> None:
        """The end of so many runs is on disk."""
        with self._lock:
            self._ended[status] = self._ended.get(status, 0) + count

    def attempt_made(self, action: str, outcome: str, origin: str, duration: Milliseconds) -> None:
        """An attempt of a step came to something."""
        self._add(self._attempts, (action, outcome, origin), duration)

    def step_ended(
        self, action: str, status: StepStatus, origin: str, duration: Milliseconds
    ) -> None:
        """A step has ended, so long after it began."""
        self._add(self._steps, (action, status, origin), duration)

    def runs_rescued(self, count: int) -> None:
        """So many runs were put back whose executor is gone."""
        with self._lock:
            self._rescued += count

    def deliveries_given_up(self, count: int) -> None:
        """So many deliveries became dead letters."""
        with self._lock:
            self._given_up += count

    def connection_awaited(self, seconds: float) -> None:
        """Somebody got a connection to the database from the pool, or gave up, after so long."""
        with self._lock:
            self._waits.add(seconds)

    def committed(self, units: int, seconds: float) -> None:
        """So many units of work went to the database together, which took so long."""
        with self._lock:
            self._units.add(units)
            self._commits.add(seconds)

    def read(self) -> Readings:
        """What was counted until now."""
        with self._lock:
            return Readings(
                accepted=self._accepted,
                rescued=self._rescued,
                given_up=self._given_up,
                ended=dict(self._ended),
                attempts={labels: one.copy() for labels, one in self._attempts.items()},
                steps={labels: one.copy() for labels, one in self._steps.items()},
                waits=self._waits.copy(),
                commits=self._commits.copy(),
                units=self._units.copy(),
            )

    def _add(
        self, kept: dict[Labels, Distribution], labels: Labels, duration: Milliseconds
    ) -> None:
        with self._lock:
            distribution = kept.get(labels)
            if distribution is None:
                distribution = kept[labels] = Distribution(SECONDS)
            distribution.add(duration / 1000)
