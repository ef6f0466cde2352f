from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.limits import RequestCounter
from store.request_counters import open_counter
from tests.support.redis import RedisServer, running_redis
from tests.support.workbench import Workbench, workbench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with workbench(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture(params=["memory", "redis"])
def counter(request: pytest.FixtureRequest) -> Iterator[RequestCounter]:
    """One suite, run against both."""
    url = None
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("redis")
        url = server.url
    opened = open_counter(url)
    yield opened
    opened.close()
