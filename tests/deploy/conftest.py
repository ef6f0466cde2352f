"""An installation of several machines behind nginx, as `deploy/` has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.machines import Machines, open_machines
from tests.support.nginx import Nginx, running_nginx
from tests.support.partner import Partner, open_partner
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer, running_redis
from tests.support.server import Server

PROXY = {"PENSTOCK_TRUSTED_PROXIES": "127.0.0.1"}
"""Where nginx comes from; callers of the tests that matter come from elsewhere."""


@dataclass(frozen=True)
class Front:
    """nginx, and what is behind it."""

    nginx: Nginx
    webs: list[Server]

    @property
    def url(self) -> str:
        return self.nginx.url

    @property
    def web(self) -> Server:
        return self.webs[0]


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("front")


@pytest.fixture(scope="module")
def machines(folder: Path, postgres: PostgresServer, redis: RedisServer) -> Iterator[Machines]:
    with open_machines(folder, postgres, redis) as opened:
        yield opened


@pytest.fixture(scope="module")
def front(folder: Path, machines: Machines) -> Iterator[Front]:
    """Two web processes and a worker. Tests that stop one of them start their own."""
    webs = [machines.web(**PROXY), machines.web(**PROXY)]
    machines.worker()
    with running_nginx(folder / "nginx", [place(web) for web in webs]) as nginx:
        yield Front(nginx, webs)


@pytest.fixture
def partner() -> Iterator[Partner]:
    with open_partner() as listening:
        yield listening


def place(web: Server) -> str:
    """Where nginx finds a web process: HOST:PORT."""
    return web.url.removeprefix("http://")
