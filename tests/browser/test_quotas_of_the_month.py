"""Limits and quotas in a browser: set by an admin, and seen by everybody on Home."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.automations import on_webhook, post
from tests.support.browser import NARROW, WIDE, Studio


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_a_quota_is_set_and_what_is_used_shows(
    page: Page, studio: Studio, size: dict[str, int]
) -> None:
    page.set_viewport_size(size)
    studio.server.publish("quota-shop", on_webhook("quota-shop"))
    post(studio.server, "quota-shop")
    page.goto("/settings")

    page.get_by_label("Runs", exact=True).fill("1000000")
    page.get_by_label("Thresholds", exact=True).fill("90, 100")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("The settings are saved.")).to_be_visible()
    expect(page.get_by_role("progressbar", name="Runs: 0 % of the quota")).to_be_visible()
    page.goto("/")
    month = page.get_by_role("region", name="This month")
    expect(month).to_contain_text("of 1,000,000 (0 %)")
    expect(month.get_by_role("progressbar")).to_have_count(1)


def test_a_limit_of_a_key_is_changed_by_keyboard(page: Page, studio: Studio) -> None:
    made = {"name": "shop with a limit", "scopes": ["trigger"], "limit": "5/s"}
    assert studio.server.call("POST", "/api/v1/keys", made).status == 201
    page.goto("/keys")

    page.get_by_label("The limit of shop with a limit: 5/s").press("Enter")
    limit = page.get_by_role("row", name="shop with a limit").get_by_label("Limit", exact=True)
    limit.fill("often")
    limit.press("Enter")
    fault = page.get_by_role("row", name="shop with a limit").locator(".fault")
    expect(fault).to_contain_text("'often' is not a rate")

    limit.fill("7/m")
    limit.press("Enter")
    expect(page.get_by_label("The limit of shop with a limit: 7/m")).to_be_visible()
