"""What holds on every page: accessible in both themes, fit for a telephone, quiet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.support.automations import on_webhook, post
from tests.support.browser import NARROW, WIDE, Console, Studio, example, open_studio, ready
from tests.support.builders import step

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
    "/runs/{looped}",
    "/runs/{looped}/steps/round",
    "/runs/{looped}/loops/round",
    "/runs/{looped}/items/round[1]",
    "/runs/{looped}/steps/share[1]",
    "/requests",
    "/requests/{request}",
    "/secrets",
    "/keys",
    "/users",
    "/settings",
    "/audit",
    "/account",
    "/no-such-page",
)
OUTSIDE = ("/sign-in", "/invitations/nothing")
ROUND = [{"id": "acme", "share": 0.5}, {"id": "globex", "share": "none"}]
FAILING = step("end", "stop", {"status": "failed", "message": "no such customer"})
GRAVE = ("serious", "critical")


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Studio]:
    """An installation in which something has happened."""
    with open_studio(tmp_path_factory.mktemp("lived-in"), browser) as studio:
        server = studio.server
        server.publish("partner-sync", example("partner-sync"))
        server.publish("partner-round", example("partner-round"))
        server.publish("orders", on_webhook("orders", respond="finished"))
        assert post(server, "orders", {"order": {"id": "A-1"}}).status == 200
        server.publish("failing", on_webhook("failing", FAILING, respond="finished"))
        assert post(server, "failing").status == 502
        post(server, "shared-orders", {"order": {"id": "A-2", "total": 9, "partners": ROUND}})
        yield studio


@pytest.fixture(scope="module")
def addresses(lived_in: Studio) -> dict[str, str]:
    """Ids of what has happened, by their names in PAGES."""
    call = lived_in.server.call

    def newest(automation: str) -> str:
        page = call("GET", f"/api/v1/runs?automation={automation}&limit=1").json
        run_id: str = page["items"][0]["id"]
        return run_id

    return {
        "run": newest("orders"),
        "failed": newest("failing"),
        "looped": newest("partner-round"),
        "request": call("GET", "/api/v1/requests?limit=1").json["items"][0]["id"],
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
