"""What holds on every page: accessible in both themes, fit for a telephone, quiet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.support.automations import on_webhook, post, run_when
from tests.support.browser import NARROW, WIDE, Console, Studio, example, open_studio, ready
from tests.support.builders import step
from tests.support.quarantine import failing_document
from tests.support.server import Server
from tests.support.waiting import eventually

SHOW_ALERTS = ("/", "/automations", "/automations/parcels", "/alerts", "/inbox")
"""Come last: an alert is raised within 15 seconds, in which the others are visited."""
PAGES = (
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
    "/approvals",
    "/approvals?state=all",
    "/approvals/{approval}",
    "/subscriptions",
    "/subscriptions/new",
    "/subscriptions/{subscription}",
    "/subscriptions/{subscription}?status=dead",
    "/subscriptions/{subscription}/edit",
    "/subscriptions/{subscription}/test",
    "/deliveries",
    "/deliveries/{delivery}",
    "/records",
    "/records/customers",
    "/records/customers?text=nothing-fits",
    "/records/customers/new",
    "/records/customers/rows/C-1",
    "/records/customers/schema",
    "/records/empty",
    "/quarantine",
    "/quarantine/{key}",
    "/quarantine/{key}/events/{held}",
    "/runs/{held}",
    "/endpoints",
    "/secrets",
    "/keys",
    "/users",
    "/settings",
    "/audit",
    "/account",
    "/no-such-page",
    *SHOW_ALERTS,
)
CUSTOMERS = {
    "properties": {
        "name": {"type": "string", "description": "As it stands on the contract."},
        "level": {"enum": [1, 2, 3]},
        "active": {"type": "boolean", "description": "Whether there is a contract."},
        "since": {"type": "integer"},
        "note": {"type": "object"},
        "address": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
    "required": ["name"],
}
OUTSIDE = ("/sign-in", "/invitations/nothing")
FORM = {"type": "object", "properties": {"amount": {"type": "integer", "minimum": 1}}}
ROUND = [{"id": "acme", "share": 0.5}, {"id": "globex", "share": "none"}]
GRAVE = ("serious", "critical")
SCHEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")
"""Light comes last, so that a page is light by telephone, and the next one as it is loaded."""


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Studio]:
    """An installation in which something has happened."""
    with open_studio(tmp_path_factory.mktemp("lived-in"), browser) as studio:
        server = studio.server
        alerts = {"failures": {"count": 1}, "silence": {"for": "2h"}}
        stop = step("stop", "stop", {"status": "failed", "message": "Nobody took the parcel."})
        server.publish("parcels", on_webhook("parcels", stop, settings={"alerts": alerts}))
        post(server, "parcels")
        server.publish("partner-sync", example("partner-sync"))
        server.publish("partner-round", example("partner-round"))
        server.publish("orders", on_webhook("orders", respond="finished"))
        assert post(server, "orders", {"order": {"id": "A-1"}}).status == 200
        _tell(server)
        order = {"customer": {"id": "C-1", "partnerId": "x"}, "order": {"id": "A-1", "lines": []}}
        asking = {"ask": ["admin", "implementer", "viewer"], "title": "Refund?", "form": FORM}
        server.publish("refunds", on_webhook("refunds", step("ask", "approve", asking)))
        run_when(server, post(server, "refunds").json["run_id"], "waiting")
        post(server, "shared-orders", {"order": {"id": "A-2", "total": 9, "partners": ROUND}})
        post(server, "partner-sync", order)
        server.call("PUT", "/api/v1/collections/customers", CUSTOMERS)
        server.call("PUT", "/api/v1/collections/empty", {})
        for number in range(60):
            values = {"name": "Ada " * 30, "level": 2, "note": {"long": "x" * 300}}
            server.call("PUT", f"/api/v1/records/customers/C-{number}", values)
        server.call("PATCH", "/api/v1/settings", {"quotas": {"events": 3, "runs": 5000}})
        key = {"name": "A shop with a long name " * 4, "scopes": ["trigger"], "limit": "100/m"}
        server.call("POST", "/api/v1/keys", key)
        server.publish("fragile", failing_document())
        for number in range(3):
            post(server, "fragile", {"customer": "C-17/north?" + "x" * 90, "n": number})
        eventually(lambda: server.call("GET", "/api/v1/quarantine").json["items"])
        yield studio


def _tell(server: Server) -> None:
    """A subscription whose endpoint is gone, with a delivery that says so."""
    endpoint = {"url": "http://127.0.0.1:1/hooks", "events": ["*"], "name": "Billing"}
    shaped = {"headers": {"X-Order": "<data.order>"}, "payload": {"text": "<data.error>"}}
    assert server.call("POST", "/api/v1/subscriptions", {**endpoint, **shaped}).status == 201
    post(server, "orders", {"order": {"id": "A-2"}})
    path = "/api/v1/deliveries?status=dead"
    assert eventually(lambda: server.call("GET", path).json["items"])


@pytest.fixture(scope="module")
def addresses(lived_in: Studio) -> dict[str, str]:
    """Ids of what has happened, by their names in PAGES."""
    call = lived_in.server.call

    def newest(kind: str, filters: str = "") -> str:
        found: str = call("GET", f"/api/v1/{kind}?limit=1{filters}").json["items"][0]["id"]
        return found

    [key] = call("GET", "/api/v1/quarantine").json["items"]
    return {
        "approval": f"{newest('runs', '&automation=refunds')}.ask",
        "key": key["id"],
        "held": key["events"][0]["run_id"],
        "run": newest("runs", "&automation=orders"),
        "looped": newest("runs", "&automation=partner-round"),
        "failed": newest("runs", "&status=failed"),
        "request": newest("requests"),
        "subscription": newest("subscriptions"),
        "delivery": newest("deliveries"),
    }


@pytest.fixture(scope="module")
def inside(lived_in: Studio) -> Iterator[Page]:
    """A window of the admin, for one page after another."""
    with lived_in.context() as context:
        yield window_with_axe(context)


@pytest.fixture(scope="module")
def outside(lived_in: Studio) -> Iterator[Page]:
    """A window of somebody who is not signed in."""
    with lived_in.context(storage_state=None) as context:
        yield window_with_axe(context)


def window_with_axe(context: BrowserContext) -> Page:
    context.add_init_script(Axe().axe_script)
    return context.new_page()


def visit(page: Page, path: str, size: ViewportSize) -> None:
    """Loads it in a window of this size, with all that it asks for by itself."""
    page.set_viewport_size(size)
    page.goto(path)
    if page.locator("#builder").count():
        page.wait_for_load_state("networkidle")
        ready(page)
    else:
        page.wait_for_function("() => window.htmx && !document.querySelector('.htmx-request')")


def findings(page: Page) -> list[str]:
    """What axe-core finds grave, with the elements it is about."""
    run = "axe.run({resultTypes: ['violations']}).then((found) => found.violations)"
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in page.evaluate(run)
        if one["impact"] in GRAVE
    ]


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return width


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_in_both_themes_fits_a_telephone_and_does_not_complain(
    lived_in: Studio, inside: Page, addresses: dict[str, str], path: str
) -> None:
    if path in SHOW_ALERTS:
        eventually(lambda: lived_in.server.call("GET", "/api/v1/alerts").json["items"])
    address = path.format(**addresses)
    found = {}
    with Console(inside) as console:
        visit(inside, address, WIDE)
        for scheme in SCHEMES:
            inside.emulate_media(color_scheme=scheme)
            found[scheme] = findings(inside)
        visit(inside, address, NARROW)
        found["telephone"] = findings(inside)
        wider = sideways(inside)
    assert found == {"dark": [], "light": [], "telephone": []}
    assert wider <= 0
    assert console.complaints == []


@pytest.mark.parametrize("size", [NARROW, WIDE])
@pytest.mark.parametrize("path", OUTSIDE)
def test_the_way_in_is_as_good(outside: Page, path: str, size: ViewportSize) -> None:
    visit(outside, path, size)
    assert sideways(outside) <= 0
    assert findings(outside) == []
