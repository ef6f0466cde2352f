"""An installation over PostgreSQL and Redis: processes for tests to stop and kill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

from tests.support.databases import postgres_database
from tests.support.partner import LOOPBACK
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support.server import Server, free_port

AnyServer = TypeVar("AnyServer", bound=Server)

SECRET_KEY = "the-one-key-of-all-machines"


class Machines:
    """Starts processes that share a database. Each has a folder of its own."""

    def __init__(self, folder: Path, database_url: str, redis: RedisServer) -> None:
        self.database_url = database_url
        self.redis = redis
        self._folder = folder
        self._started = 0
        self._stack = ExitStack()

    def web(self, **settings: str) -> Server:
        """A process that takes events in, ready."""
        server = self.start(Server, "web", settings)
        server.wait_until_ready("key create")
        return server

    def worker(self, **settings: str) -> Server:
        """A process that executes runs, ready."""
        server = self.start(Server, "worker", settings)
        server.wait_until_ready("tells whether it can")
        return server

    def start(
        self,
        kind: type[AnyServer],
        command: str,
        settings: Mapping[str, str],
        port: int | None = None,
    ) -> AnyServer:
        """A process that may not be ready yet, or never will; at a port of the test's choice."""
        self._started += 1
        folder = self._folder / f"{command}-{self._started}"
        folder.mkdir()
        server = kind(folder, port or free_port(), (), {**self._settings(), **settings}, command)
        self._stack.callback(server.close)
        return server

    def close(self) -> None:
        """Leaves no process behind."""
        self._stack.close()

    def _settings(self) -> dict[str, str]:
        return {
            "PENSTOCK_DATABASE_URL": self.database_url,
            "PENSTOCK_REDIS_URL": self.redis.url,
            "PENSTOCK_SECRET_KEY": SECRET_KEY,
            "PENSTOCK_ALLOW_PRIVATE": LOOPBACK,
        }


@contextmanager
def open_machines(
    folder: Path, postgres: PostgresServer, redis: RedisServer, *, tables: bool = True
) -> Iterator[Machines]:
    """An installation with a new database, in which nothing is started yet.

    Without `tables` the first process that comes makes them.
    """
    url = postgres_database(postgres) if tables else postgres.new_database()
    machines = Machines(folder, url, redis)
    try:
        yield machines
    finally:
        machines.close()
