"""A Redis server of the tests' own: on a free port of loopback, gone when they end."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import redis

from tests.support.debian import find_or_install
from tests.support.waiting import eventually

HOST = "127.0.0.1"
TROUBLE_SECONDS = 0.2
"""Between one trouble and the next."""


class RedisServer:
    """A server that a test can stop and start again. It keeps nothing on disk."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}/0"

    def start(self) -> None:
        """Returns once it answers."""
        options = ["--port", str(self.port), "--bind", HOST, "--save", "", "--appendonly", "no"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, *options, "--dir", str(self._folder)], stdout=log, stderr=log
            )
        eventually(self._answers)

    def stop(self) -> None:
        """Kills it: everything it knew is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "log").read_text()
        try:
            with redis.Redis(HOST, self.port, socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """Starts a server in a folder of its own."""
    program = find_or_install(lambda: shutil.which("redis-server"), "Redis", "redis-server")
    folder = Path(tempfile.mkdtemp(prefix="penstock-redis-"))
    server = RedisServer(program, folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def troubled(server: RedisServer, fault: str) -> Iterator[Counter[str]]:
    """Redis is `flushed`, `restarted` or `slow` all the while, again and again; how often."""
    over, times = threading.Event(), Counter[str]()

    def trouble() -> None:
        while not over.wait(TROUBLE_SECONDS):
            with suppress(redis.RedisError):
                _trouble_once(server, fault)
                times[fault] += 1

    thread = threading.Thread(target=trouble)
    thread.start()
    try:
        yield times
    finally:
        over.set()
        thread.join()


def _trouble_once(server: RedisServer, fault: str) -> None:
    if fault == "restarted":
        server.stop()
        server.start()
        return
    with redis.Redis.from_url(server.url, socket_timeout=1) as client:
        if fault == "flushed":
            client.flushall()
        else:
            client.client_pause(3_000)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
