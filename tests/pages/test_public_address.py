"""The address that links show, and what the server's log must not say."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest

from app import create_app
from core.accounts import Role
from core.http import InboundRequest
from core.request_store import RequestFilter
from core.writes import ListQuery
from tests.support.builders import make_document
from tests.support.pages import Browser, make_account
from tests.support.people import PASSWORD
from tests.support.site import Site

PUBLIC = "https://penstock.example"
ELSEWHERE = "http://evil.example"


@pytest.fixture
def visitor(site: Site) -> Browser:
    """An admin of an installation that knows its public address."""
    settings = replace(site.application.page_settings, public_url=PUBLIC)
    email = make_account(site, Role.ADMIN)
    one = site.application
    found = Browser(create_app(site.service, one.clock, settings, one.meter).test_client())
    fields = {"email": email, "password": PASSWORD}
    assert found.client.post("/sign-in", data=fields, base_url=ELSEWHERE).status_code == 303
    return found


def test_with_a_public_address_no_page_shows_the_host_of_the_request(
    site: Site, visitor: Browser
) -> None:
    site.service.automations.put("acme", "orders", make_document())
    site.service.versions.publish("acme", "orders")
    request = InboundRequest("POST", "/hooks/acme/orders", {}, {}, "203.0.113.9", lambda _most: b"")
    site.service.intake.receive("acme", "orders", request)
    logged = site.service.requests.list("acme", RequestFilter(), ListQuery())
    pages = ["/settings", f"/requests/{logged.items[0].id}"]
    for page in pages:
        text = visitor.get(page, base_url=ELSEWHERE).text
        assert f"{PUBLIC}/hooks/acme/" in text
        assert "evil.example" not in text


def test_an_installation_that_did_nothing_yet_shows_its_public_address(
    site: Site, visitor: Browser
) -> None:
    site.service.automations.put("acme", "orders", make_document())
    site.service.versions.publish("acme", "orders")
    text = visitor.get("/", base_url=ELSEWHERE).text

    assert "evil.example" not in text
    assert f"{PUBLIC}/hooks/acme/" in text


@pytest.mark.parametrize("place", ["setup", "invitations"])
def test_a_link_that_breaks_does_not_leave_its_token_in_the_log(
    site: Site, caplog: pytest.LogCaptureFixture, place: str
) -> None:
    def broken(_token: str) -> Any:
        raise RuntimeError("a fault of ours")

    service = replace(site.service, invitations=_Broken(broken))  # type: ignore[arg-type]
    with caplog.at_level(logging.ERROR):
        answer = Site(site.application, site.with_service(service)).anybody.get(f"/{place}/t0k3n")

    assert answer.status_code == 500
    assert f"/{place}/<token>" in caplog.text
    assert "t0k3n" not in caplog.text


class _Broken:
    def __init__(self, read: Any) -> None:
        self.read = read
