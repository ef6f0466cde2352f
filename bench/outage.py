"""`python -m bench.outage`: what a partner that never answers does to runs that call others.

One Penstock, two loads: callers who wait for an answer that comes from a partner who is well, and
beside them a steady stream of events for an automation whose partner is well too, or never answers.
The 99th percentile of the first load in both cases, taken in turn, and their ratio.
"""

from __future__ import annotations

import argparse
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import requests

from bench import servers
from bench.automations import BODY, Administration, answer_target
from bench.load import Connection, Load, Measured, Target, UnexpectedAnswer, measure
from bench.servers import Server, ServerFailed

WELL, STALLED = "well", "stalled"
TIMEOUT = "2s"
"""How long a step waits for the partner that never answers."""
SETTLING = 5.0
"""Seconds of the steady stream before each measurement: a circuit has opened by then."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The first load beside a partner that is well, and beside one that never answers."""

    well: Measured
    stalled: Measured

    @property
    def ratio(self) -> float:
        """How much longer the slowest hundredth takes beside the partner that never answers."""
        return self.stalled.p99_ms / self.well.p99_ms


def main() -> None:
    """Measures how much one partner's outage delays the runs that call others."""
    parser = argparse.ArgumentParser(prog="python -m bench.outage", description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often (5)")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measurement (10)")
    parser.add_argument("--connections", type=int, default=4, help="callers at once (4)")
    parser.add_argument("--rate", type=float, default=30.0, help="events a second beside them (30)")
    given = parser.parse_args()
    load = Load(connections=given.connections, seconds=given.seconds)
    try:
        pairs = list(_take(given.rounds, load, given.rate))
    except (ServerFailed, UnexpectedAnswer, requests.RequestException) as fault:
        sys.exit(str(fault))
    ratio = median(pair.ratio for pair in pairs)
    well = median(pair.well.p99_ms for pair in pairs)
    stalled = median(pair.stalled.p99_ms for pair in pairs)
    print(
        f"p99 {well:.1f} ms beside a partner that is well, {stalled:.1f} ms beside one that never "
    )
    print(f"answers; median of the ratios {ratio:.2f}")


def _take(rounds: int, load: Load, rate: float) -> Iterator[Pair]:
    with tempfile.TemporaryDirectory(prefix="outage-") as folder, ExitStack() as running:
        penstock = running.enter_context(servers.penstock(Path(folder)))
        upstream = running.enter_context(servers.upstream(Path(folder)))
        stalled = running.enter_context(_never_answering())
        administration = Administration(penstock)
        administration.prepare(upstream)
        administration.publish(WELL, _document(WELL, upstream.port))
        administration.publish(STALLED, _document(STALLED, stalled))
        for number in range(1, rounds + 1):
            pair = Pair(
                _beside(_target(penstock, WELL), penstock, load, rate),
                _beside(_target(penstock, STALLED), penstock, load, rate),
            )
            print(
                f"round {number} of {rounds}: p99 {pair.well.p99_ms:.1f} ms "
                f"({pair.well.rate:.0f}/s) and {pair.stalled.p99_ms:.1f} ms "
                f"({pair.stalled.rate:.0f}/s), ratio {pair.ratio:.2f}",
                flush=True,
            )
            yield pair


def _beside(beside: Target, penstock: Server, load: Load, rate: float) -> Measured:
    with _stream(beside, rate):
        time.sleep(SETTLING)
        return measure(answer_target(penstock), load)


@contextmanager
def _stream(target: Target, rate: float) -> Iterator[None]:
    """Posts so many events a second, each when the one before it is accepted."""
    stopping = threading.Event()

    def post() -> None:
        connection = Connection(target)
        with connection.socket:
            while not stopping.wait(1 / rate):
                connection.send()
                while connection.receive() is None:
                    pass

    thread = threading.Thread(target=post)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


@contextmanager
def _never_answering() -> Iterator[int]:
    """The port of a partner that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        port: int = listener.getsockname()[1]
        yield port


def _target(penstock: Server, name: str) -> Target:
    return Target(penstock.port, f"/hooks/default/bench/{name}", BODY, 202)


def _document(name: str, port: int) -> dict[str, Any]:
    """Accepts at once, and tells a partner."""
    send = {"url": f"http://127.0.0.1:{port}/", "body": {"id": "<order.id>"}, "timeout": TIMEOUT}
    return {
        "format": "penstock/1",
        "name": f"Bench: a partner that is {name}",
        "trigger": {"type": "webhook", "with": {"path": f"bench/{name}"}, "next": ["tell"]},
        "steps": [{"id": "tell", "action": "send-webhook", "with": send}],
    }


if __name__ == "__main__":
    main()
