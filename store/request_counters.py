"""Counts requests against limits: in this process, or in Redis for all that share it.

Both count by the strategy `moving window` of the library `limits`: a limit's amount holds in any
stretch of its period, however the requests are spread.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import lru_cache

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis import ConnectionPool, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.errors import ConfigError
from core.limits import Admission, Limit, RequestCounter, Standing
from core.rates import Rate

CONNECTIONS = 32
"""To Redis, at the most; a request waits for one that is free."""
PATIENCE_SECONDS = 0.25
"""How long Redis may take: for a connection, and for an answer."""
PAUSE_SECONDS = 5.0
"""How long Redis is left alone after it failed."""
PREFIX = "penstock:limits"
"""What the names of Penstock's keys in Redis begin with."""

logger = logging.getLogger(__name__)


class _Windows:
    """Moving windows in a storage of the library."""

    def __init__(self, storage: MemoryStorage | RedisStorage) -> None:
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


class MemoryCounter:
    """A `core.limits.RequestCounter` in the memory of this process; a start forgets all."""

    def __init__(self) -> None:
        # The library's storage lets two threads into one window when they come as it is made.
        self._lock = threading.Lock()
        self._windows: _Windows | None = None

    def take(self, limits: Sequence[Limit]) -> Admission:
        """Counts a request under each of the limits, or under none where one of them is full."""
        with self._lock:
            return self._opened().take(limits)

    def look(self, limits: Sequence[Limit]) -> Admission:
        """What `take` would come to."""
        with self._lock:
            return Admission(self._opened().full(limits))

    def close(self) -> None:
        """Nothing is open."""

    def _opened(self) -> _Windows:
        """The storage, made when it is needed first: it begins with a thread of its own."""
        if self._windows is None:
            self._windows = _Windows(MemoryStorage())
        return self._windows


class RedisCounter:
    """A `core.limits.RequestCounter` in Redis. While that is gone, everybody is let in."""

    def __init__(self, url: str) -> None:
        self._pool = _pool(url)
        self._storage = RedisStorage(url, connection_pool=self._pool, key_prefix=PREFIX)
        self._windows = _Windows(self._storage)
        self._connections = threading.BoundedSemaphore(CONNECTIONS)
        self._lock = threading.Lock()
        self._asked_again_at: float | None = None

    def take(self, limits: Sequence[Limit]) -> Admission:
        """Counts a request under each of the limits, or under none where one of them is full.

        Of requests in one moment some may be counted under one limit and kept out by another.
        """
        return self._ask(lambda: self._windows.take(limits))

    def look(self, limits: Sequence[Limit]) -> Admission:
        """What `take` would come to."""
        return self._ask(lambda: Admission(self._windows.full(limits)))

    def close(self) -> None:
        """Closes the connections."""
        self._pool.disconnect()

    def _ask(self, question: Callable[[], Admission]) -> Admission:
        # Whoever waits here for a connection is let in at once when those before find Redis gone.
        with self._connections:
            if not self._is_asked():
                return Admission()
            try:
                admission = question()
            except RedisError as error:
                return self._gone(error)
            self._back()
            return admission

    def _is_asked(self) -> bool:
        """Whether Redis is to be asked: while it is gone, by one request after each pause."""
        if self._asked_again_at is None:
            return True
        with self._lock:
            now = time.monotonic()
            if self._asked_again_at is not None and now < self._asked_again_at:
                return False
            self._asked_again_at = now + PAUSE_SECONDS
            return True

    def _gone(self, error: RedisError) -> Admission:
        with self._lock:
            if self._asked_again_at is None:
                logger.warning("Redis is gone, so that no limit of requests holds: %s", error)
            self._asked_again_at = time.monotonic() + PAUSE_SECONDS
        return Admission()

    def _back(self) -> None:
        if self._asked_again_at is None:
            return
        with self._lock:
            if self._asked_again_at is not None:
                logger.warning("Redis is back, and limits of requests hold again")
            self._asked_again_at = None


def open_counter(redis_url: str | None) -> RequestCounter:
    """The counter of an installation: in Redis where there is one. Raises ConfigError."""
    return MemoryCounter() if redis_url is None else RedisCounter(redis_url)


def _pool(url: str) -> ConnectionPool:
    try:
        return ConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            socket_timeout=PATIENCE_SECONDS,
            socket_connect_timeout=PATIENCE_SECONDS,
            # Once more: a connection that was kept may be one to a Redis that was restarted.
            retry=Retry(NoBackoff(), 1),
        )
    except ValueError as error:
        raise ConfigError(f"PENSTOCK_REDIS_URL cannot be used: {error}") from None


@lru_cache(maxsize=1024)
def _item(rate: Rate) -> RateLimitItem:
    return RateLimitItemPerSecond(rate.amount, rate.period // 1000)


def _wait(standing: Standing) -> int:
    return standing.wait
