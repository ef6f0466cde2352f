from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.sending import LARGEST
from tests.support.automations import on_webhook, post
from tests.support.builders import step
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


@pytest.fixture(scope="module")
def target(server: Server) -> Server:
    noted = step("note", "set-values", {"values": {"shop": "<trigger.params.shop>"}})
    server.publish("any", on_webhook("any"))
    server.publish("large", on_webhook("large", max_body=LARGEST))
    counted = step("count", "set-values", {"values": {"keys": "{{ length(trigger.body) }}"}})
    server.publish("count", on_webhook("count", counted, max_body=LARGEST, respond="finished"))
    server.publish("segment", on_webhook("shops/{shop}", noted, respond="finished"))
    return server


@pytest.fixture
def _unharmed(target: Server) -> Iterator[None]:
    yield
    assert post(target, "any", {"still": "there"}).status == 202
    assert target.errors() == ""
