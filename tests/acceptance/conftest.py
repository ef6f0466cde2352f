from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.partner import LOOPBACK, Partner, open_partner
from tests.support.server import Server, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for the tests of a module, each with automations and paths of its own."""
    folder = tmp_path_factory.mktemp("server")
    with running_server(folder, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as running:
        yield running


@pytest.fixture
def partner() -> Iterator[Partner]:
    with open_partner() as listening:
        yield listening
