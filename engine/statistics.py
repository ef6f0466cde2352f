"""How the runs of a tenant went: counted over time and by automation, flat however many there are.

Ended runs are counted in closed buckets (`core.statistics.BUCKET`) that `roll_up` keeps as rows,
apart from what executes; the rest, at most a bucket and a minute of runs, is counted as it is asked
for. A bucket is always counted anew and put in the place of what was there, so that a crash or a
second process counts nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.clock import Clock, Milliseconds
from core.errors import GuardMissed
from core.states import RunStatus
from core.statistics import BUCKET, Tally
from core.store import Store

GRACE: Milliseconds = 60_000
"""How long after its end a bucket is closed: what ended in it may still be on its way to disk."""
LATE = 3 * BUCKET
"""Closed buckets of this time are counted again: a store that was away brings runs late."""
AT_ONCE: Milliseconds = 86_400_000
"""How much of the past is counted in one go, when there is more to count."""
PATIENCE: Milliseconds = 2_000
"""How long one call of `roll_up` may take before the rest is left to the next."""
MOST_COUNTED = 10_001
"""Runs that have not ended are counted this far."""


@dataclass(frozen=True, slots=True)
class Span:
    """What ended in a span of time that begins at `begin`."""

    begin: Milliseconds
    tally: Tally


@dataclass(frozen=True, slots=True)
class History:
    """What ended over a time: by spans, the oldest first and none left out, and by automation."""

    spans: Sequence[Span]
    automations: Mapping[str, Tally]

    @property
    def total(self) -> Tally:
        """All of it."""
        return sum(self.automations.values(), Tally())


class StatisticsService:
    """Counts a tenant's runs."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._closes_next: Milliseconds = 0

    def history(self, tenant: str, length: Milliseconds, width: Milliseconds) -> History:
        """The last `length` up to now in spans of `width`, a multiple of BUCKET."""
        now = self._clock.now()
        first = (now - length) // width * width
        spans = dict.fromkeys(range(first, now + 1, width), Tally())
        totals = self._store.statistics.totals(tenant, first, now, width)
        spans |= totals.spans
        return History([Span(begin, tally) for begin, tally in spans.items()], totals.automations)

    def not_ended(self, tenant: str) -> Mapping[RunStatus, int]:
        """How many runs are queued, running, waiting or held; counted up to MOST_COUNTED."""
        return self._store.statistics.not_ended(tenant, MOST_COUNTED)

    def roll_up(self) -> None:
        """Keeps the buckets that have closed, of every tenant. Raises StorageUnavailable."""
        began = self._clock.now()
        if began < self._closes_next:
            return
        closed = _bucket(began - GRACE)
        for tenant in self._store.tenants.all():
            while not self._keep_closed(tenant.id, closed):
                if self._clock.now() - began > PATIENCE:
                    return
        self._closes_next = closed + BUCKET + GRACE

    def _keep_closed(self, tenant: str, closed: Milliseconds) -> bool:
        """Keeps what has closed by `closed`, or a day of it; whether that is all."""
        statistics = self._store.statistics
        mark = statistics.counted_until(tenant)
        first = statistics.first_end(tenant, 0 if mark is None else mark - LATE)
        if first is None:
            return True
        since = _bucket(first)
        until = min(closed, since + AT_ONCE)
        if until <= (mark or since):
            return True
        tallies = statistics.count(tenant, since, until)
        kept = [statistics.keep(tenant, tally) for tally in tallies]
        try:
            self._store.commit([*kept, statistics.move_mark(tenant, mark, until)])
        except GuardMissed:
            # Another process has kept them; what is left, it does too.
            return True
        return until == closed


def _bucket(moment: Milliseconds) -> Milliseconds:
    return moment - moment % BUCKET
