"""Moving windows by the library `limits`: an amount holds in any stretch of its period."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import lru_cache

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import Storage
from limits.strategies import MovingWindowRateLimiter

from core.limits import Admission, Limit, Standing
from core.rates import Rate


class Windows:
    """Moving windows in a storage of the library."""

    def __init__(self, storage: Storage) -> None:
        self._limiter = MovingWindowRateLimiter(storage)

    def take(self, limits: Sequence[Limit]) -> Admission:
        """Counts under every limit that is not full already; a race may leave it at some."""
        if len(limits) > 1 and (full := self.full(limits)):
            return Admission(full)
        for limit in limits:
            if not self._limiter.hit(_item(limit.rate), limit.counted):
                return Admission(self.standing(limit))
        return Admission(None, tuple(self.standing(limit) for limit in limits))

    def full(self, limits: Sequence[Limit]) -> Standing | None:
        """The limit in which nothing more fits that will be full for the longest."""
        standings = (self.standing(limit) for limit in limits)
        return max((one for one in standings if not one.left), key=_wait, default=None)

    def standing(self, limit: Limit) -> Standing:
        """How a limit stands now."""
        item = _item(limit.rate)
        reset, left = self._limiter.get_window_stats(item, limit.counted)
        # A place is free again once the period is over, not at its last moment.
        wait = round((reset - time.time()) * 1000) + 1
        if wait > limit.rate.period + 1:
            # Counted in what is the future now: the clock was put back. Nobody is to wait for it.
            self._limiter.clear(item, limit.counted)
            return Standing(limit, limit.rate.amount, 0)
        return Standing(limit, max(left, 0), max(wait, 0))


@lru_cache(maxsize=1024)
def _item(rate: Rate) -> RateLimitItem:
    return RateLimitItemPerSecond(rate.amount, rate.period // 1000)


def _wait(standing: Standing) -> int:
    return standing.wait
