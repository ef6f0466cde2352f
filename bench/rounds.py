"""One round: every server started afresh, and each figure taken once, one after the other."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import servers
from bench.automations import accept_target, answer_target
from bench.further_loads import (
    EndToEnd,
    HalfLoad,
    take_end_to_end,
    take_half_load,
    take_large_bodies,
)
from bench.load import Load, Measured, measure
from bench.memory import Memory, memory_of
from bench.peers import PeerRound
from bench.scene import Route, Scene, scene_around
from bench.servers import DATA_FOLDER
from bench.slow_partners import take_slow_partners
from bench.stored import Stored, open_stored, sqlite_url

IDLE_SECONDS = 5.0


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
    slow_partners: Measured | None = None
    end_to_end: EndToEnd | None = None
    large_bodies: Route | None = None
    half_load: HalfLoad | None = None


def take_round(load: Load) -> Round:
    """Measures everything once.

    Raises ServerFailed, UnexpectedAnswer, requests.HTTPError, TimeoutError or ValueError.
    """
    # First and alone: what else runs Python would share pages with it, and slow its start.
    with work_folder() as work, servers.penstock(work) as penstock:
        time.sleep(IDLE_SECONDS)
        idle = memory_of(penstock.pid)
        stored = open_stored(sqlite_url(work / DATA_FOLDER))
        with scene_around(penstock, work) as scene, stored as runs:
            return _measured(scene, runs, idle, load)


def _measured(scene: Scene, stored: Stored, idle: Memory, load: Load) -> Round:
    constant = measure(accept_target(scene.constant), load)
    accept = scene.route(accept_target(scene.program), accept_target(scene.penstock), load)
    drain_s = scene.administration.drain()
    peers_accept = scene.peers.accept(load)
    answer = scene.route(answer_target(scene.program), answer_target(scene.penstock), load)
    peers_answer = scene.peers.request_response(load)
    return Round(
        start_s=scene.penstock.start_s,
        idle=idle,
        constant=constant,
        accept=accept,
        drain_s=drain_s,
        request_response=answer,
        peers=PeerRound(peers_accept, peers_answer, scene.peers.missing),
        slow_partners=take_slow_partners(scene, load),
        end_to_end=take_end_to_end(scene.penstock, scene.administration, stored, load),
        large_bodies=take_large_bodies(scene, load),
        half_load=take_half_load(scene.penstock, accept.penstock, answer.penstock, load),
    )


@contextmanager
def work_folder() -> Iterator[Path]:
    """A folder on the repository's disk: the system's temporary files may be kept in memory."""
    servers.BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=servers.BUILD) as folder:
        yield Path(folder)
