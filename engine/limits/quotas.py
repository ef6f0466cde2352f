"""Keeps what comes in within the quotas of a month, for tenants who want more to be refused.

What is used is asked of the store now and then; what this process takes in between is added in
memory. So a process alone never takes in more than the quota; what starts inside, and what others
take in, it sees FRESH later.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from core.clock import Clock, Milliseconds
from core.usage import Counted, Month, Usage, month_of
from engine.limits.refusals import OverLimit, over_quota
from engine.limits.settings import TenantSettings, refusing_quotas

Stored = TypeVar("Stored")

FRESH: Milliseconds = 5_000
"""How long what is used inside, or by other processes, may stay unseen."""
MOST_TENANTS = 4096

EVENT_AND_RUN = (Counted.EVENTS, Counted.RUNS)
RUN_ALONE = (Counted.RUNS,)


class QuotaGuard:
    """Lets in what fits into a tenant's quotas."""

    def __init__(self, usage: Usage, settings: TenantSettings, clock: Clock) -> None:
        self._usage = usage
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._tallies: OrderedDict[str, _Tally] = OrderedDict()

    def within(
        self, tenant: str, counted: Collection[Counted], store: Callable[[], Stored]
    ) -> Stored:
        """What `store` gives, which stores one of each of what is counted.

        Raises OverLimit when a quota of these is used up, and what `store` raises.
        """
        sizes = refusing_quotas(self._settings(tenant))
        if not any(one in sizes for one in counted):
            return store()
        tally = self._tally(tenant)
        tally.begin(counted, sizes, self._clock.now())
        try:
            stored = store()
        except BaseException:
            tally.end(counted, stored=False)
            raise
        tally.end(counted, stored=True)
        return stored

    def _tally(self, tenant: str) -> _Tally:
        month = month_of(self._clock.now())
        with self._lock:
            tally = self._tallies.get(tenant)
            if tally is None or tally.month != month:
                tally = self._tallies[tenant] = _Tally(self._usage, tenant, month)
            while len(self._tallies) > MOST_TENANTS:
                self._tallies.popitem(last=False)
        return tally


class _Tally:
    """What a tenant has used of a month, as this process knows it."""

    def __init__(self, usage: Usage, tenant: str, month: Month) -> None:
        self.month = month
        self._usage = usage
        self._tenant = tenant
        self._lock = threading.Lock()
        self._read_at: Milliseconds | None = None
        self._used: Counter[Counted] = Counter()
        self._under_way: Counter[Counted] = Counter()

    def begin(
        self, counted: Collection[Counted], sizes: Mapping[Counted, int], now: Milliseconds
    ) -> None:
        """Counts what is about to be stored. Raises OverLimit, and StorageUnavailable."""
        with self._lock:
            if self._read_at is None or abs(now - self._read_at) >= FRESH:
                self._read(now)
            for one in counted:
                if one in sizes and self._used[one] >= sizes[one]:
                    raise OverLimit(over_quota(one, sizes[one], self.month, now))
            self._used.update(counted)
            self._under_way.update(counted)

    def end(self, counted: Collection[Counted], *, stored: bool) -> None:
        """It is stored, or it is not."""
        with self._lock:
            self._under_way.subtract(counted)
            if not stored:
                self._used.subtract(counted)

    def _read(self, now: Milliseconds) -> None:
        # What is under way may be stored by now or not: it counts, rather once too often.
        used = self._usage.used(self._tenant, self.month.name)
        self._used = Counter({one: used.of(one) + self._under_way[one] for one in Counted})
        self._read_at = now
