"""How the requests to one endpoint went within the last minutes."""

from __future__ import annotations

from collections import deque

from core.clock import Milliseconds

WINDOW: Milliseconds = 300_000
"""How far back it is looked."""
_BUCKETS = 30
_WIDTH = WINDOW // _BUCKETS


class OutcomeWindow:
    """Counts by buckets of ten seconds, so that it costs the same however many requests there are.

    What it counts is at most WINDOW old; what is older than WINDOW less a bucket may be left out.
    """

    __slots__ = ("_buckets",)

    def __init__(self) -> None:
        self._buckets: deque[list[int]] = deque()
        """Each: its number, how many requests, how many of them failed."""

    def add(self, failed: bool, now: Milliseconds) -> None:
        """Counts a request that has just ended."""
        self._forget(now)
        number = now // _WIDTH
        if not self._buckets or self._buckets[-1][0] != number:
            self._buckets.append([number, 0, 0])
        self._buckets[-1][1] += 1
        self._buckets[-1][2] += failed

    def counts(self, now: Milliseconds) -> tuple[int, int]:
        """How many requests there were, and how many of them failed."""
        self._forget(now)
        total = sum(bucket[1] for bucket in self._buckets)
        return total, sum(bucket[2] for bucket in self._buckets)

    def clear(self) -> None:
        """Forgets everything."""
        self._buckets.clear()

    def _forget(self, now: Milliseconds) -> None:
        number = now // _WIDTH
        # A bucket that is still to come was filled before the clock was set back.
        while self._buckets and not number - _BUCKETS < self._buckets[0][0] <= number:
            self._buckets.popleft()
