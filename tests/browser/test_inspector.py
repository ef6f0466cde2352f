"""The inspector itself: its views, its input, the graph around a step, and who can use it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.support.browser import NARROW, WIDE, Studio
from tests.support.inspector import held, open_in_inspector

Open = Callable[..., Page]


@pytest.fixture
def open_step(page: Page, studio: Studio, request: pytest.FixtureRequest) -> Open:
    """Opens a step of a draft in the inspector, with a sample event."""
    return partial(open_in_inspector, page, studio, request.node.name)


def test_a_press_on_the_input_inserts_its_reference(open_step: Open) -> None:
    page = open_step()
    page.get_by_label("URL").press("Control+End")
    page.get_by_role("tab", name="Input").click()
    tree = page.locator("#inspector-input")
    tree.get_by_label("Find in the input").fill("lines[1]")
    tree.get_by_role("button", name="price 30").first.click()
    expect(page.get_by_label("URL")).to_have_value(
        "https://partner.example/orders/<order.id><order.lines.1.price>"
    )
    expect(page.get_by_label("URL")).to_be_focused()


def test_steps_are_connected_and_disconnected_by_keyboard(open_step: Open, studio: Studio) -> None:
    page = open_step()
    page.get_by_label("Add what follows error").select_option("spare")
    expect(page.get_by_role("button", name="Give up", exact=True)).to_be_visible()
    held(page, studio, lambda one: one["next"] == {"success": ["answer"], "error": ["spare"]})
    page.get_by_role("button", name="Do not go on to Give up").press("Enter")
    held(page, studio, lambda one: one["next"] == {"success": ["answer"]})


def test_a_new_id_is_followed_by_references(open_step: Open, studio: Studio) -> None:
    page = open_step()
    page.get_by_label("Id", exact=True).fill("tell")
    page.keyboard.press("Tab")
    held(page, studio, lambda one: one["with"]["body"] == {"id": "<steps.tell.body.id>"}, index=1)
    expect(page.locator("#inspector-configure [data-node]")).to_have_attribute("data-node", "tell")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", ["configure", "input", "output"])
def test_axe_finds_nothing_serious(open_step: Open, theme: str, view: str) -> None:
    page = open_step()
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.evaluate(
        "for (const one of document.querySelectorAll('details[data-fold]')) one.open = true"
    )
    page.locator(f"#tab-{view}").click()
    page.locator(f"#inspector-{view} > *").first.wait_for()
    found = Axe().run(page, context="#inspector")
    serious = [
        one for one in found.response["violations"] if one["impact"] in ("serious", "critical")
    ]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in serious] == []


@pytest.mark.parametrize("size", [NARROW, WIDE])
def test_nothing_of_the_inspector_is_cut_off_at_its_side(open_step: Open, size: Any) -> None:
    page = open_step()
    page.set_viewport_size(size)
    for view in ("input", "configure", "output"):
        page.locator(f"#tab-{view}").click()
        panel = page.locator(f"#view-{view}")
        panel.locator(f"#inspector-{view} > *").first.wait_for()
        assert panel.evaluate("(one) => one.scrollWidth - one.clientWidth") <= 0
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_the_three_views_stand_side_by_side_when_there_is_room(open_step: Open) -> None:
    page = open_step()
    page.get_by_role("separator", name="Width of the inspector").press("End")
    for view in ("input", "configure", "output"):
        expect(page.locator(f"#inspector-{view}")).to_be_visible()
    expect(page.get_by_role("tab")).to_have_count(0)
    page.get_by_role("separator", name="Width of the inspector").press("Home")
    expect(page.get_by_role("tab", name="Configure")).to_be_visible()
    expect(page.locator("#inspector-output")).to_be_hidden()
