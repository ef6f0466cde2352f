"""A partner that never answers takes its own places and nobody else's: threads, HTTP and all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.config import Config
from core.run_store import RunFilter
from core.states import RunStatus
from core.writes import ListQuery
from engine.care.breaker import CircuitState
from tests.support.builders import make_document, send, step
from tests.support.partner import LOOPBACK, Answer, Arrival, Partner, open_partner
from tests.support.waiting import eventually
from wiring import Application, build

PLACES = 8
SHARE = PLACES // 4
TENANT = "acme"


@pytest.fixture
def stalled() -> Iterator[Partner]:
    with open_partner() as listening:
        released = listening.gate()

        def stall(_arrival: Arrival) -> Answer:
            released.wait(60)
            return Answer(200, {})

        listening.script = stall
        yield listening


@pytest.fixture
def well() -> Iterator[Partner]:
    with open_partner() as listening:
        yield listening


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    monkeypatch.setattr("wiring.PLACES", PLACES)
    built = build(Config(data_dir=tmp_path, allow_private=LOOPBACK))
    built.service.tenants.create(TENANT, "Acme")
    built.start(alone=True)
    yield built
    built.stop()


def calling(partner: Partner) -> dict[str, Any]:
    return send("sync", f"{partner.url}/sync", with_={"timeout": "50s"})


def telling(partner: Partner) -> dict[str, Any]:
    address = f"json://127.0.0.1:{partner.port}/"
    return step("tell", "send-notification", {"to": [address], "body": "late", "timeout": "50s"})


def with_token_of(provider: Partner) -> dict[str, Any]:
    """A step that calls somebody who is well, with a token of a provider."""
    auth = {"type": "oauth2", "token_url": f"{provider.url}/token", "client_id": "penstock"}
    options = {"auth": {**auth, "secret": "CLIENT"}, "timeout": "50s"}
    return send("sync", "http://127.0.0.1:9/", with_=options)


def publish(application: Application, name: str, first: dict[str, Any]) -> None:
    document = make_document(first)
    document["trigger"]["with"]["path"] = name
    application.service.automations.put(TENANT, name, document)
    application.service.versions.publish(TENANT, name)


def start(application: Application, name: str) -> None:
    application.service.runs.start(TENANT, name, {})


def count(application: Application, automation_id: str, status: RunStatus) -> int:
    which = RunFilter(automation_id, frozenset({status}))
    return len(application.service.runs.list(TENANT, which, ListQuery(limit=100)).items)


@pytest.mark.parametrize(
    ("kind", "arriving"), [(calling, SHARE), (telling, SHARE), (with_token_of, 1)]
)
def test_runs_to_others_begin_while_one_partner_holds_all_it_may_have(
    application: Application,
    stalled: Partner,
    well: Partner,
    kind: Callable[[Partner], dict[str, Any]],
    arriving: int,
) -> None:
    """One asks for a token, and one waits for that in its thread: those are two threads as well."""
    application.service.secrets.put(TENANT, "CLIENT", "a client's secret")
    publish(application, "slow", kind(stalled))
    publish(application, "quick", calling(well))
    for _ in range(2 * PLACES):
        start(application, "slow")
    stalled.wait_for(arriving)
    others = 2 * PLACES - SHARE
    assert eventually(lambda: count(application, "slow", RunStatus.WAITING) == others)

    for _ in range(PLACES):
        start(application, "quick")

    well.wait_for(PLACES)
    assert eventually(lambda: count(application, "quick", RunStatus.SUCCEEDED) == PLACES)
    assert len(stalled.arrivals) == arriving
    [endpoint] = [one for one in application.service.endpoints.list(TENANT) if one.in_flight]
    assert (endpoint.in_flight, endpoint.state) == (arriving, CircuitState.CLOSED)
