"""What runs while a round is taken, and what is posted to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import servers
from bench.automations import Administration
from bench.load import Load, Measured, measure
from bench.peers import Peers, running_peers
from bench.posting import Target
from bench.servers import Server


@dataclass(frozen=True, slots=True)
class Route:
    """One kind of request, as the hand-written program and as Penstock answer it."""

    floor: Measured
    penstock: Measured


@dataclass(frozen=True, slots=True)
class Scene:
    """Penstock, what it calls, and what it stands beside; all of them at rest."""

    penstock: Server
    upstream: Server
    slow: Server
    constant: Server
    program: Server
    peers: Peers
    administration: Administration

    def route(self, floor: Target, penstock: Target, load: Load) -> Route:
        """Both measured, one directly after the other."""
        return Route(measure(floor, load), measure(penstock, load))


@contextmanager
def scene_around(penstock: Server, work: Path) -> Iterator[Scene]:
    """Starts everything else and publishes what is measured.

    Raises ServerFailed, ValueError, or requests.HTTPError.
    """
    with ExitStack() as running:
        upstream = running.enter_context(servers.upstream(work))
        slow = running.enter_context(servers.slow_upstream(work))
        constant = running.enter_context(servers.floor_constant(work))
        program = running.enter_context(servers.floor_program(work, upstream.port))
        peers = running.enter_context(running_peers(work, upstream))
        administration = Administration(penstock)
        administration.prepare(upstream, slow)
        yield Scene(penstock, upstream, slow, constant, program, peers, administration)
