"""A Redis for tests, with what may befall it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from redis import Redis, RedisError

from bench.services import redis
from bench.services.redis import RedisServer
from tests.support.debian import skipped_where_missing

__all__ = ["RedisServer", "running_redis", "troubled"]

TROUBLE_SECONDS = 0.2
"""Between one trouble and the next."""


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """Starts a server in a folder of its own."""
    with skipped_where_missing():
        redis.program()
    with redis.running_redis() as server:
        yield server


@contextmanager
def troubled(server: RedisServer, fault: str) -> Iterator[Counter[str]]:
    """Redis is `flushed`, `restarted` or `slow` all the while, again and again; how often."""
    over, times = threading.Event(), Counter[str]()

    def trouble() -> None:
        while not over.wait(TROUBLE_SECONDS):
            with suppress(RedisError):
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
    with Redis.from_url(server.url, socket_timeout=1) as client:
        if fault == "flushed":
            client.flushall()
        else:
            client.client_pause(3_000)
