"""Posts on a fixed schedule, whether answers come or not: `python -m bench.paced`.

A load whose connections post again when they were answered posts the less the longer answers take,
and so leaves out the very requests that would have had to wait. Here each request has a moment at
which it is due, and its time counts from then, also while it finds no connection that is free.
"""

from __future__ import annotations

import selectors
import time
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from bench.apart import post_apart, post_as_asked
from bench.posting import Connection, Target, UnexpectedAnswer

PATIENCE = 30.0
"""Seconds after the last request's moment within which every answer must have come."""


@dataclass(frozen=True, slots=True)
class Pace:
    """`rate` requests a second for `seconds` after `warm_up`, `connections` at most under way.

    `each`: the time of each is given, too.
    """

    rate: float
    seconds: float = 5.0
    warm_up: float = 1.0
    connections: int = 64
    each: bool = False


@dataclass(frozen=True, slots=True)
class Paced:
    """The rate that was asked for, and how long answers took from the moments they were due."""

    rate: float
    median_ms: float
    p99_ms: float
    times_ms: Sequence[float] = ()
    """Of each that counts, where they were asked for."""

    @property
    def ratio(self) -> float:
        """How much longer than the median the slowest hundredth took at least."""
        return self.p99_ms / self.median_ms


class Schedule:
    """Connections that are free or under way, and requests that are due, by their moments."""

    def __init__(
        self, selector: selectors.BaseSelector, connections: Sequence[Connection], pace: Pace
    ) -> None:
        self._selector = selector
        self._free = deque(connections)
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        self._due_of: dict[Connection, float] = {}
        self._waiting: deque[float] = deque()
        self._first = time.perf_counter()
        self._between = 1 / pace.rate
        self._counted_from = self._first + pace.warm_up
        self._total = round(pace.rate * (pace.warm_up + pace.seconds))
        self._made = 0
        self.times: list[float] = []

    def go_through(self) -> None:
        """Returns when the last is answered. Raises UnexpectedAnswer."""
        end = self._moment(self._total) + PATIENCE
        while self._made < self._total or self._waiting or self._due_of:
            now = time.perf_counter()
            if now > end:
                raise UnexpectedAnswer(f"no answer after {PATIENCE:.0f} s")
            self._take_due(now)
            self._send()
            self._receive(max(0.0, self._next_moment() - time.perf_counter()))

    def _moment(self, number: int) -> float:
        return self._first + number * self._between

    def _next_moment(self) -> float:
        over = self._made >= self._total
        return time.perf_counter() + 1.0 if over else self._moment(self._made)

    def _take_due(self, now: float) -> None:
        while self._made < self._total and self._moment(self._made) <= now:
            self._waiting.append(self._moment(self._made))
            self._made += 1

    def _send(self) -> None:
        while self._waiting and self._free:
            connection = self._free.popleft()
            self._due_of[connection] = self._waiting.popleft()
            connection.send()

    def _receive(self, timeout: float) -> None:
        for key, _ in self._selector.select(timeout):
            connection: Connection = key.data
            if connection.receive() is not None:
                due = self._due_of.pop(connection)
                self._free.append(connection)
                if due >= self._counted_from:
                    self.times.append(time.perf_counter() - due)


def pace_through(target: Target, pace: Pace) -> Paced:
    """Posts from this process. Raises UnexpectedAnswer for any but the right answer."""
    # Unlike epoll, select waits for less than a millisecond.
    with selectors.SelectSelector() as selector, ExitStack() as open_sockets:
        connections = [Connection(target) for _ in range(pace.connections)]
        for connection in connections:
            open_sockets.enter_context(connection.socket)
        schedule = Schedule(selector, connections, pace)
        schedule.go_through()
    times = sorted(schedule.times)
    if not times:
        raise UnexpectedAnswer(f"nothing was due within {pace.seconds} s")
    middle, late = times[len(times) // 2], times[len(times) * 99 // 100]
    each = [took * 1000 for took in times] if pace.each else []
    return Paced(pace.rate, middle * 1000, late * 1000, each)


def measure_paced(target: Target, pace: Pace) -> Paced:
    """Posts from a process of its own. Raises UnexpectedAnswer with what came."""
    return Paced(**post_apart("bench.paced", target, pace))


if __name__ == "__main__":
    post_as_asked(pace_through, Pace)
