"""A Redis server of our own: on a free port of loopback, gone when it is not needed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from bench.services.programs import HOST, find_or_install, free_port

_START_LIMIT = 60.0
_POLL = 0.01


class RedisServer:
    """A server that can be stopped and started again. It keeps nothing on disk."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    @property
    def url(self) -> str:
        """Its first database."""
        return f"redis://{HOST}:{self.port}/0"

    def start(self) -> None:
        """Returns once it answers. Raises RuntimeError with what it said where it does not."""
        options = ["--port", str(self.port), "--bind", HOST, "--save", "", "--appendonly", "no"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, *options, "--dir", str(self._folder)], stdout=log, stderr=log
            )
        end = time.monotonic() + _START_LIMIT
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"Redis does not answer: {(self._folder / 'log').read_text()}")
            time.sleep(_POLL)

    def stop(self) -> None:
        """Kills it: everything it knew is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with redis.Redis(HOST, self.port, socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """Starts a server in a folder of its own. Raises ProgramMissing, RuntimeError."""
    name = program()
    folder = Path(tempfile.mkdtemp(prefix="penstock-redis-"))
    server = RedisServer(name, folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def program() -> str:
    """The server's program. Raises ProgramMissing."""
    return find_or_install(lambda: shutil.which("redis-server"), "Redis", "redis-server")
