"""How many runs ended how, and how long they took: counted in buckets of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.clock import Milliseconds
from core.states import RunStatus
from core.writes import Write

BUCKET: Milliseconds = 15 * 60_000
"""The length of a bucket; each begins at a multiple of it."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Runs by how they ended. Durations run from a run's creation to its end."""

    succeeded: int = 0
    failed: int = 0
    halted: int = 0
    cancelled: int = 0
    total_duration: Milliseconds = 0
    longest: Milliseconds = 0

    @property
    def runs(self) -> int:
        """All of them."""
        return self.succeeded + self.failed + self.halted + self.cancelled

    @property
    def failures(self) -> int:
        """Those that went wrong."""
        return self.failed + self.halted

    @property
    def mean_duration(self) -> Milliseconds:
        """How long one took on average; 0 where there was none."""
        return self.total_duration // self.runs if self.runs else 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.succeeded + other.succeeded,
            self.failed + other.failed,
            self.halted + other.halted,
            self.cancelled + other.cancelled,
            self.total_duration + other.total_duration,
            max(self.longest, other.longest),
        )


@dataclass(frozen=True, slots=True)
class BucketTally:
    """What ended in one automation in a span of time that begins at `bucket`."""

    bucket: Milliseconds
    automation_id: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Totals:
    """What ended in a time, once by the beginnings of spans and once by automations."""

    spans: Mapping[Milliseconds, Tally]
    automations: Mapping[str, Tally]


class RunStatistics(Protocol):
    """Counts of ended runs: closed buckets are kept as rows, what is younger is counted."""

    def totals(
        self, tenant: str, since: Milliseconds, until: Milliseconds, width: Milliseconds
    ) -> Totals:
        """What ended since a moment and not after another one, in spans of `width`.

        `since` and `width` are multiples of BUCKET. Spans in which nothing ended are left out.
        """
        ...

    def not_ended(self, tenant: str, most: int) -> Mapping[RunStatus, int]:
        """How many runs have not ended, by their state; each counted no further than `most`."""
        ...

    def counted_until(self, tenant: str) -> Milliseconds | None:
        """The end of the last closed bucket that is kept, or None before the first."""
        ...

    def first_end(self, tenant: str, since: Milliseconds) -> Milliseconds | None:
        """When the first run ended from this moment on."""
        ...

    def count(self, tenant: str, since: Milliseconds, until: Milliseconds) -> Sequence[BucketTally]:
        """Counts the runs themselves that ended in a time."""
        ...

    def keep(self, tenant: str, tally: BucketTally) -> Write:
        """Puts a closed bucket in the place of what was kept of it."""
        ...

    def move_mark(self, tenant: str, old: Milliseconds | None, new: Milliseconds) -> Write:
        """Says until when buckets are kept; guarded: refused unless it was `old` before."""
        ...
