"""Counts requests in Redis, for all processes that share it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from limits.storage import RedisStorage
from redis import ConnectionPool, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.errors import ConfigError
from core.limits import Admission, Limit
from store.windows import Windows

CONNECTIONS = 32
"""To Redis, at the most; a request waits for one that is free."""
PATIENCE_SECONDS = 0.25
"""How long Redis may take: for a connection, and for an answer."""
PAUSE_SECONDS = 5.0
"""How long Redis is left alone after it failed."""
PREFIX = "penstock:limits"
"""What the names of Penstock's keys in Redis begin with."""

logger = logging.getLogger(__name__)


class RedisCounter:
    """A `core.limits.RequestCounter` in Redis. While that is gone, everybody is let in."""

    def __init__(self, url: str) -> None:
        self._pool = _pool(url)
        storage = RedisStorage(url, connection_pool=self._pool, key_prefix=PREFIX)
        self._windows = Windows(storage)
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
