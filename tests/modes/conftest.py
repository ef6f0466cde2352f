"""Every story of this folder is told of both modes, by real servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.modes.installations import Distributed, Embedded, Installation
from tests.support.machines import open_machines
from tests.support.partner import Partner, open_partner
from tests.support.redis import running_redis
from tests.support.server import Server


@pytest.fixture(scope="session", params=["embedded", "distributed"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def shared(mode: str, request: pytest.FixtureRequest) -> Iterator[Installation]:
    """What stories share that end no process."""
    with started(mode, request) as installation:
        yield installation


@pytest.fixture
def front(shared: Installation) -> Server:
    return shared.front


@pytest.fixture(scope="module")
def installation(mode: str, request: pytest.FixtureRequest) -> Iterator[Installation]:
    """One for stories that end processes, each of which brings others."""
    with started(mode, request) as opened:
        yield opened


@pytest.fixture
def partner() -> Iterator[Partner]:
    with open_partner() as listening:
        yield listening


@contextmanager
def started(mode: str, request: pytest.FixtureRequest) -> Iterator[Installation]:
    """A new installation that works; it must have met nothing that nobody foresaw."""
    folder: Path = request.getfixturevalue("tmp_path_factory").mktemp(mode)
    with ExitStack() as stack:
        opened: Installation
        if mode == "embedded":
            opened = Embedded(folder, stack)
        else:
            redis = stack.enter_context(running_redis())
            database = request.getfixturevalue("postgres")
            machines = open_machines(folder, database, redis, tables=False)
            opened = Distributed(stack.enter_context(machines))
        opened.start()
        yield opened
    for written in folder.rglob("errors.txt"):
        assert "Traceback" not in written.read_text()
