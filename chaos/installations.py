"""Installations of both modes: one that stays, and processes of it that die on purpose."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence, Set
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import psycopg

from tests.crash.callers import Posted, post_all
from tests.crash.killing import KillingServer, killing_server, killing_settings
from tests.crash.wreck import read_wreck
from tests.support.machines import Machines, open_machines
from tests.support.partner import LOOPBACK
from tests.support.postgres import running_postgres
from tests.support.redis import running_redis
from tests.support.server import Server, running_server

SWEEP = ("before-rescue", "after-rescue", "before-claim", "after-claim")
"""Points at which only what another crash left is passed."""
MOST_PASSES = 6
"""How often a point is passed at least while the posts of a round are taken."""

_COMPLETED = "SELECT run_id || '.' || step_id FROM step_runs WHERE status = 'succeeded'"


class Installation(Protocol):
    """What a scenario needs of either mode."""

    @property
    def points(self) -> Sequence[str]:
        """Where its processes can be killed."""
        ...

    def die(self, point: str, posts: Sequence[Posted], chance: random.Random) -> None:
        """Posts, and one process dies at this point; nobody is left to execute then."""
        ...

    def completed(self) -> Set[str]:
        """The steps that are completed now, as `<run>.<step>`."""
        ...

    def running(self) -> AbstractContextManager[Server]:
        """Everything works for a while; the server that answers."""
        ...


class Embedded:
    """One process over SQLite, which dies whole."""

    points = (
        *("before-accept", "after-accept", "before-send", "after-send", "before-end", "after-end"),
        *("before-commit", "within-commit", "after-commit"),
        *SWEEP,
    )

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def die(self, point: str, posts: Sequence[Posted], chance: random.Random) -> None:
        """Dies while it takes these posts; for points of the sweep once more as it starts."""
        first = "after-send" if point in SWEEP else point
        with killing_server(self._folder, first, chance.randint(1, MOST_PASSES)) as server:
            server.wait_until_ready()
            post_all(server, list(posts))
        if point in SWEEP:
            with killing_server(self._folder, point, 1):
                pass

    def completed(self) -> Set[str]:
        """What is on disk, while nobody has it open."""
        return read_wreck(self._folder / "data").completed

    @contextmanager
    def running(self) -> Iterator[Server]:
        """Everything is this one process."""
        with running_server(self._folder, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
            yield server


class Distributed:
    """PostgreSQL, Redis, and a web process that stays; a web process or a worker dies."""

    points = (
        *("before-accept", "after-accept", "before-send", "after-send", "before-end", "after-end"),
        *SWEEP,
    )

    def __init__(self, machines: Machines) -> None:
        self._machines = machines
        self._web = machines.web()

    def die(self, point: str, posts: Sequence[Posted], chance: random.Random) -> None:
        """A web process dies as it accepts, a worker as it executes or sweeps."""
        times = chance.randint(1, MOST_PASSES)
        if point.endswith("accept"):
            web = self._dying("web", point, times)
            web.wait_until_ready()
            post_all(web, list(posts))
            _bury(web)
            return
        if point.endswith("rescue"):
            self._work_and_die("after-send", posts, chance.randint(1, 3))
            _bury(self._dying("worker", point, times))
            return
        # One claim may take all there is.
        self._work_and_die(point, posts, 1 if point.endswith("claim") else min(times, 3))

    def _work_and_die(self, point: str, posts: Sequence[Posted], times: int) -> None:
        worker = self._dying("worker", point, times)
        post_all(self._web, list(posts), stop=False)
        _bury(worker)

    def _dying(self, command: str, point: str, times: int) -> KillingServer:
        settings = killing_settings(point, times)
        return self._machines.start(KillingServer, command, settings)

    def completed(self) -> Set[str]:
        """What the database says."""
        url = self._machines.database_url.replace("+psycopg", "")
        with psycopg.connect(url) as connection:
            return {str(key) for (key,) in connection.execute(_COMPLETED)}

    @contextmanager
    def running(self) -> Iterator[Server]:
        """A worker comes, and is killed in the end."""
        worker = self._machines.worker()
        try:
            yield self._web
        finally:
            worker.close()


@contextmanager
def distributed(folder: Path) -> Iterator[Distributed]:
    """An installation with a PostgreSQL and a Redis of its own."""
    with (
        running_postgres() as postgres,
        running_redis() as redis,
        open_machines(folder, postgres, redis) as machines,
    ):
        yield Distributed(machines)


def _bury(dead: KillingServer) -> None:
    dead.wait_until_killed()
    dead.close()
