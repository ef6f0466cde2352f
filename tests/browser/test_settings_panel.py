"""The settings of an automation, edited in the builder by a form of their schema."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.support.browser import NARROW, WIDE, Studio, ready
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [NARROW, WIDE])
def test_axe_finds_nothing_serious_and_nothing_is_cut_off(
    page: Page, studio: Studio, size: dict[str, int], scheme: str
) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    rules = {
        "failures": {"count": 3},
        "failure_rate": {"percent": 50},
        "silence": {"for": "5s"},
        "notify": ["OPS_CHAT", "OPS_MAIL"],
    }
    name = f"settings-{scheme}-{size['width']}"
    open_settings(page, studio, name, settings={"alerts": rules, "timeout": "1h"})
    page.evaluate(
        "for (const one of document.querySelectorAll('details[data-fold]')) one.open = true"
    )
    expect(field(page, "alerts.silence.for").locator(".fault")).to_be_visible()

    found = Axe().run(page, context="#inspector").response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in serious] == []
    panel = page.locator("#inspector-configure")
    assert panel.evaluate("one => one.scrollWidth - one.clientWidth") <= 0
