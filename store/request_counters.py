"""Counts requests against limits: in this process, or in Redis for all that share it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.limits import Admission, Limit, RequestCounter

if TYPE_CHECKING:
    from store.windows import Windows


class MemoryCounter:
    """A `core.limits.RequestCounter` in the memory of this process; a start forgets all."""

    def __init__(self) -> None:
        # The library's storage lets two threads into one window when they come as it is made.
        self._lock = threading.Lock()
        self._windows: Windows | None = None

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

    def _opened(self) -> Windows:
        """Made when they are needed first: without limits there is no need of the library."""
        if self._windows is None:
            from limits.storage import MemoryStorage  # noqa: PLC0415

            from store.windows import Windows  # noqa: PLC0415

            self._windows = Windows(MemoryStorage())
        return self._windows


def open_counter(redis_url: str | None) -> RequestCounter:
    """The counter of an installation: in Redis where there is one. Raises ConfigError."""
    if redis_url is None:
        return MemoryCounter()
    # Redis' client is large, and an installation in one process does not need it.
    from store.redis_counter import RedisCounter  # noqa: PLC0415

    return RedisCounter(redis_url)
