"""The settings of an automation, edited in the builder by a form of their schema."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.support.browser import Studio, ready
from tests.support.builders import make_document
from tests.support.inspector import field
from tests.support.waiting import eventually


def open_settings(page: Page, studio: Studio, automation: str, **changes: object) -> str:
    """Opens the settings of a draft; the automation's id."""
    path = studio.automation(automation, make_document(**changes))
    page.goto(path)
    ready(page)
    page.locator("#builder-menu summary").click()
    page.get_by_role("button", name="Settings", exact=True).click()
    expect(page.locator("[data-inspector-title]")).to_have_text("Settings")
    page.locator("#inspector-configure [data-node]").wait_for()
    return automation


def settings(studio: Studio, automation: str) -> object:
    """The settings as the server has them."""
    answer = studio.server.call("GET", f"/api/v1/automations/{automation}").json
    return answer["draft"].get("settings")


def test_rules_are_added_filled_in_and_taken_away(page: Page, studio: Studio) -> None:
    automation = open_settings(page, studio, "alert-rules")

    page.get_by_role("button", name="Alert after failures").click()
    field(page, "alerts.failures.count").get_by_label("Failures").fill("3")
    field(page, "alerts.failures.within").get_by_label("Within", exact=True).fill("30m")
    page.get_by_role("button", name="Alert on silence").click()
    field(page, "alerts.silence.for").get_by_label("No event for", exact=True).fill("2h")
    rules = {"failures": {"count": 3, "within": "30m"}, "silence": {"for": "2h"}}
    assert eventually(lambda: settings(studio, automation) == {"alerts": rules})

    page.get_by_role("button", name="Do not alert on silence").click()
    field(page, "timeout").get_by_label("Time limit of a run", exact=True).fill("1h")
    rules.pop("silence")
    expected = {"alerts": rules, "timeout": "1h"}
    assert eventually(lambda: settings(studio, automation) == expected)


def test_a_fault_stands_at_its_field(page: Page, studio: Studio) -> None:
    open_settings(page, studio, "alert-faults", settings={"alerts": {"silence": {"for": "2h"}}})

    field(page, "alerts.silence.for").get_by_label("No event for", exact=True).fill("5s")

    expect(field(page, "alerts.silence.for").locator(".fault")).to_have_text(
        "must be from 1m to 30d, not 5s"
    )


def test_a_limit_is_set_and_what_is_none_is_told(page: Page, studio: Studio) -> None:
    automation = open_settings(page, studio, "limited")
    limit = field(page, "limit")

    limit.get_by_label("Limit", exact=True).fill("100/m")
    assert eventually(lambda: settings(studio, automation) == {"limit": "100/m"})

    limit.get_by_label("Limit", exact=True).fill("often")
    expect(limit.locator(".fault")).to_contain_text("write it like 10/s, 100/m or 1000/h")
    limit.get_by_label("Limit", exact=True).fill("")
    assert eventually(lambda: settings(studio, automation) is None)


def test_there_is_nothing_but_the_form(page: Page, studio: Studio) -> None:
    open_settings(page, studio, "settings-alone")

    expect(page.locator("#inspector [role=tablist]")).to_be_hidden()
    expect(page.locator("#view-output")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("#inspector")).to_be_hidden()
