"""One round: every server started afresh, and each figure taken once, one after the other."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import servers
from bench.automations import Administration, accept_target, answer_target
from bench.load import Load, Measured, measure
from bench.memory import Memory, memory_of
from bench.peers import PeerRound, running_peers

IDLE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Route:
    """One kind of request, as the hand-written program and as Penstock answer it."""

    floor: Measured
    penstock: Measured


@dataclass(frozen=True, slots=True)
class Round:
    """What one round gave. `drain_s`: until the runs accepted under load had ended."""

    start_s: float
    idle: Memory
    constant: Measured
    accept: Route
    drain_s: float
    request_response: Route
    peers: PeerRound = field(default_factory=PeerRound)


def take_round(load: Load) -> Round:
    """Measures everything once.

    Raises ServerFailed, UnexpectedAnswer, requests.HTTPError or TimeoutError.
    """
    with _work_folder() as work, ExitStack() as running:
        # First and alone: what else runs Python would share pages with it, and slow its start.
        penstock = running.enter_context(servers.penstock(work))
        time.sleep(IDLE_SECONDS)
        idle = memory_of(penstock.pid)
        upstream = running.enter_context(servers.upstream(work))
        constant = running.enter_context(servers.floor_constant(work))
        program = running.enter_context(servers.floor_program(work, upstream.port))
        peers = running.enter_context(running_peers(work, upstream))
        administration = Administration(penstock)
        administration.prepare(upstream)
        hello = measure(accept_target(constant), load)
        accept = Route(
            measure(accept_target(program), load), measure(accept_target(penstock), load)
        )
        drain_s = administration.drain()
        peers_accept = peers.accept(load)
        answer = Route(
            measure(answer_target(program), load), measure(answer_target(penstock), load)
        )
        peers_answer = peers.request_response(load)
        peered = PeerRound(peers_accept, peers_answer, peers.missing)
        return Round(penstock.start_s, idle, hello, accept, drain_s, answer, peered)


@contextmanager
def _work_folder() -> Iterator[Path]:
    """A folder on the repository's disk: the system's temporary files may be kept in memory."""
    build = servers.ROOT / "build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=build) as folder:
        yield Path(folder)
