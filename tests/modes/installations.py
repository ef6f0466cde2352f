"""An installation of either mode: what a story tells of one must be true of the other."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from copy import copy
from pathlib import Path
from typing import Protocol

from core.config import Config
from tests.support.machines import SECRET_KEY, Machines
from tests.support.partner import LOOPBACK
from tests.support.server import Server, free_port
from wiring import build

NEIGHBOUR = "globex"
"""The other tenant."""


class Installation(Protocol):
    """Servers that a story calls, stops and kills, and that come back to what they had.

    `front` is the one that callers speak to, `executor` the one that executes what nobody waits
    for; they may be the same. `config` finds the database from outside.
    """

    front: Server
    executor: Server
    config: Config

    @property
    def servers(self) -> Sequence[Server]:
        """All of them."""
        ...

    def start(self) -> None:
        """Brings everything; `front` is where it was before."""
        ...

    def start_executor(self) -> None:
        """Brings another executor in place of one that has gone."""
        ...

    def forget(self) -> None:
        """Loses all that is not in the database, while nothing runs."""
        ...


class Embedded:
    """One process over SQLite in a folder: callers speak to what executes."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.config = Config(data_dir=folder / "data")
        self._folder = folder
        self._port = free_port()
        self._stack = stack

    def start(self) -> None:
        """Brings the one server."""
        server = Server(self._folder, self._port, (), {"PENSTOCK_ALLOW_PRIVATE": LOOPBACK})
        self._stack.callback(server.close)
        server.wait_until_ready()
        self.front = self.executor = server

    start_executor = start

    @property
    def servers(self) -> Sequence[Server]:
        """The one."""
        return (self.front,)

    def forget(self) -> None:
        """There is nothing else."""


class Distributed:
    """A web process and a worker over PostgreSQL and Redis."""

    def __init__(self, machines: Machines) -> None:
        self.config = Config(database_url=machines.database_url, secret_key=SECRET_KEY)
        self._machines = machines
        self._port = free_port()
        self._public = {"PENSTOCK_PUBLIC_URL": f"http://127.0.0.1:{self._port}"}

    def start(self) -> None:
        """Brings a web process and a worker."""
        self.front = self._machines.start(Server, "web", self._public, self._port)
        self.start_executor()
        self.front.wait_until_ready()

    def start_executor(self) -> None:
        """Brings a worker."""
        self.executor = self._machines.worker(**self._public)

    @property
    def servers(self) -> Sequence[Server]:
        """Both."""
        return (self.front, self.executor)

    def forget(self) -> None:
        """Redis is another one."""
        self._machines.redis.stop()
        self._machines.redis.start()


def neighbour(installation: Installation) -> Server:
    """What callers speak to, with a key of another tenant, which is made."""
    application = build(installation.config)
    application.service.tenants.create(NEIGHBOUR, "Globex")
    _, key = application.service.keys.create(NEIGHBOUR, "test", ["admin"])
    application.stop()
    server = copy(installation.front)
    server.key = key
    return server
