"""A moving window: at most so many within any stretch of time, however they are spread."""

from __future__ import annotations

from collections import deque

from core.clock import Milliseconds
from core.rates import Rate


class MovingWindow:
    """Remembers the moments of what was taken. Not safe for threads; whoever holds it locks."""

    __slots__ = ("_taken", "rate")

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._taken: deque[Milliseconds] = deque()

    def count(self, now: Milliseconds) -> int:
        """How many were taken within the last period."""
        # A moment that is still to come was taken before the clock was set back.
        while self._taken and not now - self.rate.period < self._taken[0] <= now:
            self._taken.popleft()
        return len(self._taken)

    def take(self, now: Milliseconds) -> bool:
        """Takes one unless the window is full; whether it did."""
        if self.count(now) >= self.rate.amount:
            return False
        self._taken.append(now)
        return True

    def opens_at(self, now: Milliseconds) -> Milliseconds:
        """When the next one can be taken."""
        full = self.count(now) >= self.rate.amount
        return self._taken[0] + self.rate.period if full else now
