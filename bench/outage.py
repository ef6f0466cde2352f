"""`python -m bench.outage`: what a partner that never answers does to runs that call others.

Two loads on one Penstock: callers who come on a fixed schedule and wait for an answer that comes
from a partner who is well, and beside them events for an automation whose partner is well too, or
never answers: a pile of them at the start, and then a steady stream. What the first load sees is
taken in both cases, each time by a Penstock of its own, in turns and in changing order. The rate is
one that leaves the machine room: of a load that takes all there is, the slowest hundredth tells how
the machine shares itself out.
"""

from __future__ import annotations

import argparse
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from bench import servers
from bench.automations import BODY, Administration, answer_target
from bench.paced import Pace, Paced, measure_paced
from bench.pooled import percentile, ratio_of
from bench.posting import Connection, Target, UnexpectedAnswer
from bench.servers import Server, ServerFailed

WELL, STALLED = "well", "stalled"
TIMEOUT = "3s"
"""How long a step waits for the partner that never answers."""
WARM_UP = 5.0
"""Seconds before anything counts: the pile is worked off, or its first steps have timed out."""
SHOWN = {"p50": 0.5, "p90": 0.9, "p99": 0.99}


@dataclass(frozen=True, slots=True)
class Beside:
    """The events that come beside the measured load: so many at once, then so many a second.

    `second` says how the partner of those events is in the second measurement of a pair.
    """

    queued: int
    rate: float
    second: str


@dataclass(frozen=True, slots=True)
class Pair:
    """The first load beside a partner that is well, and beside one that never answers."""

    well: Paced
    stalled: Paced


def main() -> None:
    """Measures how much one partner's outage delays the runs that call others."""
    parser = argparse.ArgumentParser(prog="python -m bench.outage", description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="how often (20)")
    parser.add_argument("--seconds", type=float, default=15.0, help="of each measurement (15)")
    parser.add_argument("--pace", type=float, default=100.0, help="callers a second (100)")
    parser.add_argument("--queued", type=int, default=400, help="events beside them at once (400)")
    parser.add_argument("--rate", type=float, default=10.0, help="and then a second (10)")
    parser.add_argument(
        "--control",
        action="store_true",
        help="both times the partner is well: what the machine alone makes of the ratio",
    )
    given = parser.parse_args()
    pace = Pace(given.pace, given.seconds, WARM_UP, each=True)
    try:
        beside = Beside(given.queued, given.rate, WELL if given.control else STALLED)
        pairs = list(_take(given.rounds, pace, beside))
    except (ServerFailed, UnexpectedAnswer, requests.RequestException) as fault:
        sys.exit(str(fault))
    print(_summary(pairs))


def _summary(pairs: Sequence[Pair]) -> str:
    """All rounds together, by percentiles; each ratio with its interval."""
    well = [pair.well.times_ms for pair in pairs]
    stalled = [pair.stalled.times_ms for pair in pairs]
    lines = [f"{len(pairs)} rounds together:"]
    for name, share in SHOWN.items():
        both = f"{percentile(well, share):.1f} and {percentile(stalled, share):.1f} ms"
        lines.append(f"{name} {both}, ratio {ratio_of(well, stalled, share)}")
    return "\n".join(lines)


def _take(rounds: int, pace: Pace, beside: Beside) -> Iterator[Pair]:
    for number in range(1, rounds + 1):
        pair = _pair(pace, beside, swapped=number % 2 == 0)
        well, stalled = pair.well, pair.stalled
        print(
            f"round {number} of {rounds}: p50 {well.median_ms:.1f} and {stalled.median_ms:.1f} ms; "
            f"p99 {well.p99_ms:.1f} and {stalled.p99_ms:.1f} ms",
            flush=True,
        )
        yield pair


def _pair(pace: Pace, beside: Beside, *, swapped: bool) -> Pair:
    order = -1 if swapped else 1
    taken = [_measure(which, pace, beside) for which in (WELL, beside.second)[::order]]
    return Pair(*taken[::order])


def _measure(which: str, pace: Pace, beside: Beside) -> Paced:
    """What callers see of a Penstock of its own, with events for that partner beside them."""
    with tempfile.TemporaryDirectory(prefix="outage-") as folder, ExitStack() as running:
        penstock = running.enter_context(servers.penstock(Path(folder)))
        upstream = running.enter_context(servers.upstream(Path(folder)))
        silent = running.enter_context(_never_answering())
        administration = Administration(penstock)
        administration.prepare(upstream)
        administration.publish(which, _document(which, upstream.port if which == WELL else silent))
        running.enter_context(_events(_target(penstock, which), beside))
        return measure_paced(answer_target(penstock), pace)


@contextmanager
def _events(target: Target, beside: Beside) -> Iterator[None]:
    """Posts what is queued, and in the background so many a second."""
    stopping = threading.Event()
    connection = Connection(target)

    def post() -> None:
        while not stopping.wait(1 / beside.rate):
            _post(connection)

    with connection.socket:
        for _ in range(beside.queued):
            _post(connection)
        thread = threading.Thread(target=post)
        thread.start()
        try:
            yield
        finally:
            stopping.set()
            thread.join()


def _post(connection: Connection) -> None:
    connection.send()
    while connection.receive() is None:
        pass


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
