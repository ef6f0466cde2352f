"""The load generator: keep-alive connections that post, wait for the answer, and post again.

It runs in a process of its own with its requests made beforehand, and tells how much processor
time it took, so that one sees what it costs the server it measures.
"""

from __future__ import annotations

import selectors
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bench.apart import post_apart, post_as_asked
from bench.posting import Connection, Target, UnexpectedAnswer


@dataclass(frozen=True, slots=True)
class Load:
    """How hard and for how long: `connections` at once, `seconds` after `warm_up` seconds.

    The first posts are spread over `spread` seconds: with a slow upstream all connections would
    post and wait together for ever, and what is counted would hang on where the counting begins.
    """

    connections: int = 16
    seconds: float = 5.0
    warm_up: float = 1.0
    spread: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of it: answers per second, times in milliseconds, and the generator's own cost."""

    rate: float
    median_ms: float
    p99_ms: float
    generator_us: float
    """Processor time of the generator for one request, in microseconds."""
    since: float = 0.0
    until: float = 0.0
    """When counting began and ended, in seconds since 1970."""


def generate(target: Target, load: Load) -> Measured:
    """Loads the target from this process. Raises UnexpectedAnswer for any but the right answer."""
    with _connected(target, load) as selector:
        _answers(selector, load.warm_up)
        since, used_before, started = time.time(), time.process_time(), time.perf_counter()
        times = sorted(_answers(selector, load.seconds))
        elapsed = time.perf_counter() - started
        used = time.process_time() - used_before
    if not times:
        raise UnexpectedAnswer(f"no answer within {load.seconds} s")
    return Measured(
        rate=len(times) / elapsed,
        median_ms=times[len(times) // 2] * 1000,
        p99_ms=times[len(times) * 99 // 100] * 1000,
        generator_us=used / len(times) * 1e6,
        since=since,
        until=since + elapsed,
    )


@contextmanager
def _connected(target: Target, load: Load) -> Iterator[selectors.BaseSelector]:
    """Connections, each with its first request sent."""
    with selectors.DefaultSelector() as selector, ExitStack() as open_sockets:
        for _ in range(load.connections):
            connection = Connection(target)
            open_sockets.enter_context(connection.socket)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send()
            time.sleep(load.spread / load.connections)
        yield selector


def _answers(selector: selectors.BaseSelector, seconds: float) -> list[float]:
    """The seconds each answer took that came while `seconds` passed; a post follows each."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for key, _ in selector.select(1.0):
            connection: Connection = key.data
            took = connection.receive()
            if took is not None:
                times.append(took)
                connection.send()
    return times


def measure(target: Target, load: Load) -> Measured:
    """Loads the target from a process of its own. Raises UnexpectedAnswer with what came."""
    return Measured(**post_apart("bench.load", target, load))


if __name__ == "__main__":
    post_as_asked(generate, Load)
