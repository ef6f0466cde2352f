"""Processes that share a database: a new one for each test, and a Redis of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.conftest import chance
from tests.support.machines import Machines, open_machines
from tests.support.partner import Partner, open_partner
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer, running_redis

__all__ = ["chance"]


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture
def machines(tmp_path: Path, postgres: PostgresServer, redis: RedisServer) -> Iterator[Machines]:
    with open_machines(tmp_path, postgres, redis) as opened:
        yield opened


@pytest.fixture
def partner() -> Iterator[Partner]:
    with open_partner() as listening:
        yield listening
