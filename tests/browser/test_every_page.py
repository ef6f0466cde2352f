"""What holds on every page: accessible in both themes, fit for a telephone, quiet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.support.automations import on_webhook, post
from tests.support.browser import NARROW, WIDE, Console, Studio, example, open_studio, ready

PAGES = (
    "/",
    "/automations",
    "/automations/new",
    "/automations/partner-sync",
    "/automations/partner-sync?step=sync",
    "/automations/partner-sync/versions",
    "/automations/partner-sync/versions/1",
    "/runs",
    "/runs/{run}",
    "/runs/{failed}",
    "/requests",
    "/requests/{request}",
    "/endpoints",
    "/secrets",
    "/keys",
    "/users",
    "/settings",
    "/audit",
    "/account",
    "/no-such-page",
)
OUTSIDE = ("/sign-in", "/invitations/nothing")
GRAVE = ("serious", "critical")


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Studio]:
    """An installation in which something has happened."""
    with open_studio(tmp_path_factory.mktemp("lived-in"), browser) as studio:
        server = studio.server
        server.publish("partner-sync", example("partner-sync"))
        server.publish("orders", on_webhook("orders", respond="finished"))
        assert post(server, "orders", {"order": {"id": "A-1"}}).status == 200
        order = {"customer": {"id": "C-1", "partnerId": "x"}, "order": {"id": "A-1", "lines": []}}
        post(server, "partner-sync", order)
        yield studio


@pytest.fixture(scope="module")
def addresses(lived_in: Studio) -> dict[str, str]:
    """Ids of what has happened, by their names in PAGES."""
    call = lived_in.server.call
    newest = "limit=1"
    return {
        "run": call("GET", f"/api/v1/runs?automation=orders&{newest}").json["items"][0]["id"],
        "failed": call("GET", f"/api/v1/runs?{newest}").json["items"][0]["id"],
        "request": call("GET", f"/api/v1/requests?{newest}").json["items"][0]["id"],
    }


def visit(page: Page, path: str) -> None:
    page.goto(path)
    page.wait_for_load_state("networkidle")
    if page.locator("#builder").count():
        ready(page)


def findings(page: Page) -> list[str]:
    """What axe-core finds grave, with the elements it is about."""
    violations = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in violations
        if one["impact"] in GRAVE
    ]


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_grave_finding_and_does_not_complain(
    lived_in: Studio, addresses: dict[str, str], path: str, scheme: str
) -> None:
    with lived_in.context(color_scheme=scheme) as context:
        page = context.new_page()
        console = Console(page)
        visit(page, path.format(**addresses))
        assert findings(page) == []
        assert console.complaints == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_a_telephone(lived_in: Studio, addresses: dict[str, str], path: str) -> None:
    with lived_in.context(viewport=NARROW) as context:
        page = context.new_page()
        visit(page, path.format(**addresses))
        assert sideways(page) <= 0
        assert findings(page) == []


@pytest.mark.parametrize("size", [NARROW, WIDE])
@pytest.mark.parametrize("path", OUTSIDE)
def test_the_way_in_is_as_good(lived_in: Studio, path: str, size: dict[str, int]) -> None:
    with lived_in.context(storage_state=None, viewport=size) as context:
        page = context.new_page()
        visit(page, path)
        assert sideways(page) <= 0
        assert findings(page) == []
