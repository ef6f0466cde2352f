"""Endpoints: how partners fare, who calls them, and that a person can close a circuit."""

from __future__ import annotations

import re

from core.accounts import Role
from engine.care.breaker import Ending
from engine.care.endpoint import AUTOMATION, User
from engine.care.endpoints import Permit
from tests.support.builders import make_document, send
from tests.support.histories import failed_run, publish
from tests.support.pages import Browser, signed_in, words
from tests.support.site import Site
from tests.support.waiting import eventually

PARTNER = "https://partner.example"


def fail(site: Site, tenant: str = "acme") -> str:
    """Ten requests to a partner of which none is answered; the endpoint's id."""
    endpoints = site.application.parts.executor.tools.sender.endpoints
    for _ in range(10):
        permit = endpoints.enter(tenant, PARTNER, PARTNER, User(AUTOMATION, "orders"), placed=False)
        assert isinstance(permit, Permit)
        endpoints.leave(permit, Ending.FAILED, "no answer in time")
    [endpoint] = endpoints.list(tenant)
    return endpoint.id


def test_whom_steps_called_stands_in_the_list_with_who_called(site: Site, admin: Browser) -> None:
    assert "Nobody was called within a day" in words(admin.get("/endpoints"))
    failed_run(site)

    page = admin.get("/endpoints")

    assert "http://127.0.0.1:1 Well 0 of 0 0 Orders" in words(page)
    assert '<a href="/automations/orders">Orders</a>' in page.text
    assert "Close now" not in words(page)
    assert "Nobody was called" in words(signed_in(site, tenant="globex").get("/endpoints"))


def test_a_circuit_that_opened_is_closed_by_somebody_who_builds(site: Site, admin: Browser) -> None:
    endpoint_id = fail(site)
    said = words(admin.get("/endpoints"))
    assert re.search(r"Circuit open tried again in (29|30) seconds", said)
    assert "10 of 10 the last: no answer in time" in said
    assert "Close now" not in words(signed_in(site, Role.VIEWER).get("/endpoints"))

    builder = signed_in(site, Role.IMPLEMENTER)
    closed = builder.send(f"/endpoints/{endpoint_id}/close")

    assert closed.location == "/endpoints?done=closed"
    page = words(builder.get(closed.location))
    assert "The circuit is closed." in page
    assert "Well 0 of 0" in page
    audit = words(admin.get("/audit"))
    assert "closed the circuit of https://partner.example" in audit
    assert builder.send("/endpoints/nothing/close").status_code == 404


def test_a_run_that_waits_for_a_circuit_says_so_first(site: Site, admin: Browser) -> None:
    fail(site)
    publish(site, make_document(send("tell", PARTNER, name="Tell the partner")))
    answer = site.anybody.post("/hooks/acme/orders", json={})
    address = f"/runs/{answer.json['run_id']}"

    said = eventually(lambda: "is put off" in (text := words(admin.get(address))) and text)

    assert "Tell the partner is put off: the circuit of https://partner.example is open" in said
    assert "10 of the last 10 requests failed" in said
    assert "close the circuit under Endpoints" in said
    step = words(admin.get(f"{address}/steps/tell"))
    assert "1 Put off" in step
