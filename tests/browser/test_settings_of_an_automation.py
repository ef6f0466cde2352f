"""The order of events and their quarantine are set in the settings of an automation."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.support.browser import NARROW, WIDE, Studio
from tests.support.inspector import field, labelled, open_in_inspector
from tests.support.waiting import eventually


@pytest.fixture
def opened(page: Page, studio: Studio, request: pytest.FixtureRequest) -> Page:
    """The settings of a draft, open in the inspector, with a sample event."""
    open_in_inspector(page, studio, request.node.name)
    show_settings(page)
    return page


def show_settings(page: Page) -> None:
    page.get_by_label("More", exact=True).click()
    page.get_by_role("button", name="Settings").click()
    page.locator("#inspector-configure [data-node='$settings']").wait_for()


def settings_of(page: Page, studio: Studio) -> Any:
    return studio.draft(page.url.rpartition("/")[2]).get("settings")


def test_a_key_is_typed_shown_and_kept(opened: Page, studio: Studio) -> None:
    expect(opened.locator("[data-inspector-title]")).to_have_text("Settings")
    labelled(opened, "In order by").fill("<order.id>")
    expect(field(opened, "order_by").locator("[data-preview]")).to_have_text("42")
    labelled(opened, "After failures in a row").fill("5")

    eventually(
        lambda: (
            settings_of(opened, studio) == {"order_by": "<order.id>", "quarantine": {"after": 5}}
        )
    )
    labelled(opened, "After failures in a row").fill("")
    labelled(opened, "In order by").fill("")
    eventually(lambda: settings_of(opened, studio) is None)


def test_faults_of_the_settings_stand_at_their_fields_and_lead_there(opened: Page) -> None:
    labelled(opened, "In order by").fill("<steps.sync.body>")
    expect(field(opened, "order_by").locator("[data-faults]")).to_contain_text(
        "steps is not known as an event comes in"
    )
    opened.keyboard.press("Escape")
    opened.get_by_role("button", name="Publish").click()
    opened.get_by_role("button", name="Settings, order_by").click()
    expect(opened.locator("#inspector-configure [data-node='$settings']")).to_be_visible()


@pytest.mark.parametrize("title", ["In order by", "Key"])
def test_paths_of_the_event_are_completed_and_no_others(opened: Page, title: str) -> None:
    control = labelled(opened, title)
    control.press_sequentially("<")
    expect(opened.get_by_role("option", name="order").first).to_be_visible()
    expect(opened.get_by_role("option", name="steps")).to_have_count(0)
    expect(opened.get_by_role("option", name="secrets")).to_have_count(0)

    opened.get_by_role("option", name="order").first.click()
    control.press_sequentially(".")
    opened.get_by_role("option", name="id").first.click()
    expect(control).to_have_value("<order.id>")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(opened: Page, theme: str, size: Any) -> None:
    opened.set_viewport_size(size)
    opened.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    violations = Axe().run(opened).response["violations"]
    assert [one["id"] for one in violations if one["impact"] in ("serious", "critical")] == []
