"""A Redis server of the tests' own: on a free port of loopback, gone when they end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bench.services import redis
from bench.services.redis import RedisServer
from tests.support.debian import skipped_where_missing

__all__ = ["RedisServer", "running_redis"]


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """Starts a server in a folder of its own."""
    with skipped_where_missing():
        redis.program()
    with redis.running_redis() as server:
        yield server
