"""What each role sees and can do, in a browser of its own."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.automations import on_webhook, post
from tests.support.browser import Console, Studio, ready
from tests.support.people import PASSWORD


def join(studio: Studio, admin: Page, role: str) -> Page:
    """Somebody with this role, invited by the admin and signed in by the link."""
    admin.goto("/users")
    admin.get_by_label("E-mail").fill(f"{role}@penstock.example")
    admin.get_by_label("Role").last.select_option(role)
    admin.get_by_role("button", name="Make a link", exact=True).click()
    link = admin.locator("#shown-once").input_value()
    page = studio.context(storage_state=None).new_page()
    page.goto(link)
    page.get_by_label("Your name").fill(role.title())
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url(re.compile(r"/$"))
    return page


def test_a_viewer_looks_and_changes_nothing(studio: Studio, page: Page) -> None:
    studio.server.publish("looked-at", on_webhook("looked-at", respond="finished"))
    run = post(studio.server, "looked-at", {"order": 1}).json["run_id"]
    viewer = join(studio, page, "viewer")
    console = Console(viewer)
    viewer.goto("/automations/looked-at")
    ready(viewer)
    for name in ("Publish", "Try", "Undo"):
        expect(viewer.get_by_role("button", name=name, exact=True)).to_have_count(0)
    step = viewer.locator('#canvas .x6-node[data-cell-id="note"]')
    step.first.click()
    expect(viewer.locator("#view-configure")).to_contain_text("Set values")
    viewer.keyboard.press("Delete")
    expect(step).not_to_have_count(0)
    viewer.goto(f"/runs/{run}")
    expect(viewer.get_by_role("button", name="Replay")).to_have_count(0)
    expect(viewer.get_by_role("link", name="Secrets")).to_have_count(0)
    viewer.goto("/secrets")
    expect(viewer.locator("main")).to_contain_text("Your role is viewer")
    assert console.complaints == []
    viewer.context.close()


def test_an_implementer_builds_and_administers_nothing(studio: Studio, page: Page) -> None:
    path = studio.automation("built", on_webhook("built"))
    implementer = join(studio, page, "implementer")
    implementer.goto(path)
    ready(implementer)
    implementer.get_by_role("button", name="Publish", exact=True).click()
    implementer.get_by_role("dialog").get_by_role("button", name="Publish").click()
    expect(implementer.locator("#live-state")).to_have_text("version 1 is live")
    for path in ("/secrets", "/keys", "/users", "/settings", "/audit"):
        implementer.goto(path)
        expect(implementer.locator("main")).to_contain_text("Your role is implementer")
    page.goto("/audit")
    expect(page.locator("main")).to_contain_text("Implementer")
    expect(page.locator("main")).to_contain_text("published the automation")
    implementer.context.close()


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
def test_somebody_signs_in_with_the_right_password_alone(studio: Studio, password: str) -> None:
    with studio.context(storage_state=None) as context:
        page = context.new_page()
        page.goto("/runs?status=failed")
        page.get_by_label("E-mail").fill("ada@penstock.example")
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        if password == PASSWORD:
            page.wait_for_url(re.compile(r"/runs\?status=failed$"))
            page.get_by_role("button", name="Sign out").click()
            page.goto("/runs")
        else:
            expect(page.locator("main")).to_contain_text("No account has this e-mail")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
