"""The story of somebody who has never seen Penstock: build, try, publish, post, find out why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import Studio, ready
from tests.support.partner import Answer, Partner, open_partner
from tests.support.server import call

ORDER = {"customer": {"id": "C-1", "partnerId": "acme"}, "order": {"id": "A-7"}}


@pytest.fixture
def partner() -> Iterator[Partner]:
    with open_partner() as opened:
        opened.answers(Answer(200, {"id": "rem-acme"}))
        yield opened


def test_partner_sync_is_built_tried_published_posted_to_and_understood(
    studio: Studio, page: Page, partner: Partner
) -> None:
    make(page, "Tell the partner")
    configure_trigger(page)
    write_sample(page)
    add(page, "Send webhook")
    configure_call(page, partner)
    add(page, "Respond")
    configure_answer(page)
    try_it(page)
    publish(page)
    url = f"{studio.server.url}/hooks/default/tell-the-partner"
    answer = call("POST", url, ORDER)
    assert (answer.status, answer.json) == (200, {"remote": "rem-acme"})
    assert partner.arrivals[-1].path == "/partners/acme/sync"
    find_request_of_run(page)
    break_it(page, partner, url)


def make(page: Page, name: str) -> None:
    page.goto("/automations")
    page.get_by_role("link", name="New automation").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Make it").click()
    ready(page)


def node(page: Page, name: str) -> Locator:
    return page.locator("#canvas .x6-node").filter(has_text=name).first


def add(page: Page, action: str) -> None:
    """From the palette, after what is selected."""
    page.locator("#palette").get_by_text(action, exact=True).click()
    node(page, action).click()
    expect(page.locator("#view-configure")).to_contain_text(action)


def field(page: Page, label: str) -> Locator:
    return page.locator("#view-configure").get_by_label(label, exact=True)


def configure_trigger(page: Page) -> None:
    node(page, "Webhook").click()
    field(page, "Answer").select_option("step")
    expect(page.locator("#saving")).to_have_text("Saved")


def write_sample(page: Page) -> None:
    page.locator("#sample-menu > summary").click()
    page.get_by_role("button", name="Write one by hand").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Body").fill(
        '{"customer": {"id": "C-1", "partnerId": "acme"}, "order": {"id": "A-7"}}'
    )
    dialog.get_by_role("button", name="Save and use it").click()
    expect(page.locator("#sample-name")).to_contain_text("Written by hand")


def configure_call(page: Page, partner: Partner) -> None:
    field(page, "URL").fill(f"{partner.url}/partners/<customer.partnerId>/sync")
    preview = page.locator("#view-configure").get_by_text(f"{partner.url}/partners/acme/sync")
    expect(preview.first).to_be_visible()


def configure_answer(page: Page) -> None:
    field(page, "Body").fill('{"remote": "<steps.send_webhook.body.id>"}')
    expect(page.locator("#saving")).to_have_text("Saved")


def try_it(page: Page) -> None:
    page.get_by_role("button", name="Try all").click()
    expect(page.locator("#trial-state")).to_contain_text("Succeeded")
    expect(page.locator("#trial-end")).to_contain_text("rem-acme")


def publish(page: Page) -> None:
    page.get_by_role("button", name="Publish", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("goes live at once")
    dialog.get_by_role("button", name="Publish").click()
    expect(page.locator("#live-state")).to_have_text("version 1 is live")


def find_request_of_run(page: Page) -> None:
    open_newest_run(page, "/runs")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tell the partner")
    open_step(page, "Send webhook")
    expect(page.locator("main")).to_contain_text("/partners/acme/sync")
    expect(page.locator("main")).to_contain_text("rem-acme")
    page.goto("/requests")
    rows = page.get_by_role("row")
    expect(rows.filter(has_text="/partners/acme/sync").first).to_contain_text("200")
    expect(rows.filter(has_text="/hooks/default/tell-the-partner").first).to_contain_text("200")


def break_it(page: Page, partner: Partner, url: str) -> None:
    partner.answers(Answer(422, {"error": "unknown customer"}))
    assert call("POST", url, ORDER).status == 502
    open_newest_run(page, "/runs?status=failed")
    expect(page.locator("main")).to_contain_text("422")
    open_step(page, "Send webhook")
    expect(page.locator("main")).to_contain_text("unknown customer")
    page.get_by_role("link", name="Open in builder").first.click()
    ready(page)
    node(page, "Send webhook").click()
    page.get_by_role("tab", name="Output").click()
    expect(page.locator("#view-output")).to_contain_text("unknown customer")


def open_newest_run(page: Page, runs: str) -> None:
    page.goto(runs)
    row = page.get_by_role("row").filter(has_text="Tell the partner").first
    row.get_by_role("link").first.click()


def open_step(page: Page, name: str) -> None:
    """What was sent and what came back, on the page of a run."""
    details = page.locator("details").filter(has=page.locator("summary", has_text=name)).first
    if details.get_attribute("open") is None:
        details.locator("summary").first.click()
