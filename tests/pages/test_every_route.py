"""Every route of the pages with every role: who may, who may not, and that nothing is forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from builder_ui import create_pages
from builder_ui.permissions import Permission, allows
from builder_ui.routing import Route
from core.accounts import Role
from tests.support.automations import on_webhook
from tests.support.pages import Browser, browser, signed_in
from tests.support.site import Site, open_site

FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "https://localhost.evil.example"},
    {"Origin": "null"},
    {"Origin": "http://["},
    {"Sec-Fetch-Site": "cross-site"},
)
"""What browsers say of a page that is not ours, and what no browser says."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("data")
    for opened in open_site(folder):
        opened.service.automations.put("acme", "nothing", on_webhook("orders"))
        yield opened


@pytest.fixture(scope="module")
def routes(site: Site) -> list[Route]:
    application = site.application
    pages = create_pages(application.service, application.clock, application.page_settings)
    return pages.routes.all


def address(route: Route) -> str:
    """A path of the route, with ids of nothing."""
    return re.sub(r"<[^>]*>", "nothing", route.rule)


def visit(visitor: Browser, route: Route, csrf: str) -> TestResponse:
    headers = {"X-CSRF-Token": csrf, "Accept": "application/json"}
    return visitor.client.open(address(route), method=route.method, headers=headers, data=b"")


def is_refused(answer: TestResponse) -> bool:
    """Whether the doorkeeper turned the visitor away for the role."""
    return answer.status_code == 403 and "Your role is" in answer.text


@pytest.mark.parametrize("role", list(Role))
def test_each_role_gets_what_it_may_and_nothing_else(
    site: Site, routes: list[Route], role: Role
) -> None:
    visitor = signed_in(site, role)
    for route in routes:
        if "listen" in route.rule:
            continue
        if not (csrf := visitor.csrf()):
            # The route before signed out.
            visitor = signed_in(site, role)
            csrf = visitor.csrf()
        answer = visit(visitor, route, csrf)
        assert is_refused(answer) is not allows(role, route.needs), (
            f"{role} {route} {answer.status}"
        )
        assert answer.status_code < 500, f"{role} {route} {answer.text}"
        answer.close()


def test_nobody_gets_anything_but_the_way_in(site: Site, routes: list[Route]) -> None:
    stranger = browser(site)
    for route in routes:
        answer = visit(stranger, route, "")
        if route.needs is not Permission.ANYBODY:
            assert answer.status_code == 401, route
        assert answer.status_code < 500, route


def test_every_change_needs_the_token_of_its_session(site: Site, routes: list[Route]) -> None:
    visitor = signed_in(site)
    for route in routes:
        if route.method == "GET" or route.needs is Permission.ANYBODY:
            continue
        for forged in ("", "0" * 64):
            answer = visit(visitor, route, forged)
            assert answer.status_code == 403, route
            assert "open for too long" in answer.text


def test_no_change_is_made_for_a_page_of_another_site(site: Site, routes: list[Route]) -> None:
    visitor = signed_in(site)
    csrf = visitor.csrf()
    for route in routes:
        if route.method == "GET":
            continue
        for foreign in FOREIGN:
            headers = {"X-CSRF-Token": csrf, "Accept": "application/json", **foreign}
            answer = visitor.client.open(address(route), method=route.method, headers=headers)
            assert answer.status_code == 403, route
            assert "Another site" in answer.text


def test_every_answer_has_a_strict_policy(site: Site, routes: list[Route]) -> None:
    visitor = signed_in(site)
    for route in routes:
        if route.method != "GET" or "listen" in route.rule:
            continue
        answer = visitor.get(address(route))
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, route
        assert "unsafe" not in policy, route
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["n" * 4000, "%00", "..%2f..%2fapp.py", "/etc/passwd", "css"])
def test_there_are_no_files_but_those_of_the_pages(site: Site, name: str) -> None:
    assert browser(site).get(f"/static/any/{name}").status_code in (308, 404)
