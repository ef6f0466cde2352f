"""Subscribing an endpoint in the browser: events are found by typing, the secret is shown once."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.partner import Partner, open_partner


@pytest.fixture
def partner() -> Iterator[Partner]:
    with open_partner() as listening:
        yield listening


def test_an_endpoint_is_subscribed_and_tried_out(page: Page, partner: Partner) -> None:
    page.goto("/subscriptions")
    page.get_by_role("link", name="New subscription").first.click()
    page.get_by_label("Endpoint", exact=True).fill(f"{partner.url}/hooks")
    page.get_by_label("Search events").fill("halted")
    shown = page.locator("[data-row]:visible")
    expect(shown).to_have_count(1)
    page.get_by_label("run.halted").check()
    page.get_by_label("Search events").fill("no such event")
    expect(
        page.get_by_role("group", name="Events").get_by_text("Nothing is called so.")
    ).to_be_visible()
    page.get_by_label("Search events").fill("")
    page.get_by_role("button", name="Make the subscription").click()

    secret = page.get_by_label("The signing secret, shown only now")
    expect(secret).to_have_value(re.compile(r"^whsec_"))
    page.get_by_role("link", name="Send a test event").click()
    expect(page.get_by_label("Event")).to_have_value("run.halted")
    page.get_by_label("Event").select_option("run.failed")
    expect(page.locator("#example-data")).to_contain_text('"status": "failed"')
    page.get_by_role("button", name="Send it").click()

    expect(page.get_by_text("The endpoint took it: 200")).to_be_visible()
    [arrival] = partner.arrivals
    assert arrival.headers["x-penstock-test"] == "1"
    assert arrival.json["type"] == "run.failed"


def test_what_a_pattern_covers_is_seen(page: Page) -> None:
    page.goto("/subscriptions/new")
    pattern = page.get_by_label("run.* Every event")
    pattern.check()
    covered = page.locator(".covered code")
    expect(covered).to_have_text(["run.succeeded", "run.failed", "run.halted", "run.cancelled"])
    pattern.uncheck()
    expect(covered).to_have_count(0)
