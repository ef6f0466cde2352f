"""Endpoints over HTTP: listed, and closed by whoever may write."""

from __future__ import annotations

from core.clock import from_rfc3339
from engine.care.breaker import Ending
from engine.care.endpoint import AUTOMATION, User
from engine.care.endpoints import Permit
from tests.support.site import Caller, Site

PARTNER = "https://partner.example"


def fail(site: Site) -> None:
    endpoints = site.application.parts.executor.tools.sender.endpoints
    for _ in range(10):
        permit = endpoints.enter("acme", PARTNER, PARTNER, User(AUTOMATION, "orders"), placed=False)
        assert isinstance(permit, Permit)
        endpoints.leave(permit, Ending.FAILED, "no connection")


def test_an_endpoint_is_shown_as_it_stands(site: Site, admin: Caller) -> None:
    assert admin("GET", "/api/v1/endpoints").json == {"items": [], "next": None}
    limits = {"concurrency": 8, "rate": "100/m"}
    admin("PATCH", "/api/v1/settings", json={"endpoints": {PARTNER: limits}})
    fail(site)

    [found] = admin("GET", "/api/v1/endpoints").json["items"]

    assert found["origin"] == PARTNER
    assert (found["state"], found["requests"], found["failures"]) == ("open", 10, 10)
    assert (found["in_flight"], found["concurrency"], found["rate"]) == (0, 8, "100/m")
    assert found["last_failure"] == "no connection"
    assert found["used_by"] == [{"kind": "automation", "id": "orders"}]
    since, until = from_rfc3339(found["failing_since"]), from_rfc3339(found["open_until"])
    assert until - since == 30_000


def test_who_may_write_closes_it_and_nobody_elses(site: Site, admin: Caller) -> None:
    fail(site)
    [found] = admin("GET", "/api/v1/endpoints").json["items"]
    address = f"/api/v1/endpoints/{found['id']}/close"

    assert site.caller("globex")("POST", address).status_code == 404
    assert site.caller("acme", "read")("POST", address).status_code == 403
    assert admin("GET", "/api/v1/endpoints").json["items"][0]["state"] == "open"

    assert site.caller("acme", "write")("POST", address).status_code == 204
    [closed] = admin("GET", "/api/v1/endpoints").json["items"]
    assert (closed["state"], closed["failing_since"]) == ("closed", None)


def test_circuits_are_counted_over_all_tenants_by_their_state(site: Site) -> None:
    fail(site)
    endpoints = site.application.parts.executor.tools.sender.endpoints
    for tenant in ("acme", "globex"):
        user = User(AUTOMATION, "orders")
        endpoints.enter(tenant, "https://well.example", "well", user, placed=False)

    told = site.anybody.get("/metrics").text

    counted = {
        state: f'penstock_breaker_state{{state="{state}"}} {number}.0' in told
        for state, number in (("open", 1), ("half_open", 0), ("closed", 2))
    }
    assert counted == {"open": True, "half_open": True, "closed": True}
