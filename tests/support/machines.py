"""An installation over PostgreSQL and Redis: processes for tests to stop and kill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.support.partner import LOOPBACK
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support.server import Server, free_port

SECRET_KEY = "the-one-key-of-all-machines"


class Machines:
    """Starts processes that share a new database. Each has a folder of its own."""

    def __init__(self, folder: Path, postgres: PostgresServer, redis: RedisServer) -> None:
        self.database_url = postgres.new_database()
        self.redis = redis
        self._folder = folder
        self._started = 0
        self._stack = ExitStack()

    def web(self, **settings: str) -> Server:
        """A process that takes events in, ready."""
        return self._start("web", "key create", settings)

    def worker(self, **settings: str) -> Server:
        """A process that executes runs, ready."""
        return self._start("worker", "tells whether it can", settings)

    def close(self) -> None:
        """Leaves no process behind."""
        self._stack.close()

    def _start(self, command: str, last_line: str, settings: Mapping[str, str]) -> Server:
        self._started += 1
        folder = self._folder / f"{command}-{self._started}"
        folder.mkdir()
        server = Server(folder, free_port(), (), {**self._settings(), **settings}, command)
        self._stack.callback(server.close)
        server.wait_until_ready(last_line)
        return server

    def _settings(self) -> dict[str, str]:
        return {
            "PENSTOCK_DATABASE_URL": self.database_url,
            "PENSTOCK_REDIS_URL": self.redis.url,
            "PENSTOCK_SECRET_KEY": SECRET_KEY,
            "PENSTOCK_ALLOW_PRIVATE": LOOPBACK,
        }


@contextmanager
def open_machines(folder: Path, postgres: PostgresServer, redis: RedisServer) -> Iterator[Machines]:
    """An installation in which nothing is started yet."""
    machines = Machines(folder, postgres, redis)
    try:
        yield machines
    finally:
        machines.close()
