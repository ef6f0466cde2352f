"""Building without a mouse, and hearing what was done."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import Studio, example
from tests.support.canvas import Canvas, chain, webhook


def in_outline(canvas: Canvas) -> None:
    """By keyboard: O folds the outline out and goes to its rows."""
    canvas.press("o")
    expect(row(canvas, "Webhook")).to_be_focused()


def row(canvas: Canvas, name: str) -> Locator:
    return canvas.page.get_by_role("treeitem", name=name).first


def test_partner_sync_is_built_by_keyboard_alone(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "by-keyboard", webhook())
    in_outline(canvas)
    canvas.press("n")
    canvas.pick("Send webhook")
    canvas.hears("Step Send webhook added after the trigger by success.")
    canvas.press("n")
    canvas.pick("Respond")
    canvas.hears("Step Respond added after Send webhook by success.")
    canvas.press("ArrowUp", "n", "Tab", "ArrowDown", "Shift+Tab")
    canvas.pick("Respond")
    canvas.hears("Step Respond (respond_2) added after Send webhook by error.")
    steps = canvas.steps(3)
    assert steps["send_webhook"]["next"] == {"success": ["respond"], "error": ["respond_2"]}
    canvas.press("Home", "ArrowDown", "Enter")
    expect(page.locator("#inspector")).to_be_visible()
    page.locator("#inspector").get_by_label("URL", exact=True).focus()
    page.keyboard.type("https://partner.example/sync")
    canvas.press("Escape", "Escape")
    expect(page.locator("#inspector")).to_be_hidden()
    expect(row(canvas, "Send webhook")).to_be_focused()
    canvas.draft_where(
        lambda draft: draft["steps"][0]["with"].get("url") == "https://partner.example/sync"
    )


def test_the_tree_says_levels_places_and_by_which_port(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "a-tree", example("partner-sync"))
    in_outline(canvas)
    rows = page.get_by_role("treeitem")
    expect(rows).to_have_count(6)
    assert [one.get_attribute("aria-level") for one in rows.all()] == ["1", "1", "2", "3", "2", "1"]
    fallback = page.get_by_role("treeitem", name="Ask the fallback partner")
    expect(fallback.first).to_have_accessible_name(
        "Ask the fallback partner, Send webhook, after Tell the partner by Error, "
        "POST demo.partner.invalid/fallback/sync"
    )
    canvas.press("t", "e")
    expect(row(canvas, "Tell the partner")).to_be_focused()
    canvas.press("ArrowLeft")
    expect(rows).to_have_count(3)
    canvas.press("ArrowRight", "End")
    expect(row(canvas, "Answer with the partner's id")).to_be_focused()
    canvas.selected("answer")


def test_a_step_to_which_several_lead_has_one_row_and_others_point_to_it(
    studio: Studio, page: Page
) -> None:
    document = chain("first", "second", "third", "fourth")
    document["steps"][0]["next"] = {"success": ["second"], "error": ["third"]}
    canvas = Canvas(studio, page, "joined", document)
    in_outline(canvas)
    rows = page.get_by_role("treeitem")
    expect(rows).to_have_count(6)
    expect(rows.nth(2)).to_have_accessible_name(
        "Set values, after Set values (first) by Error, continues there"
    )
    assert [one.get_attribute("aria-level") for one in rows.all()] == ["1", "1", "2", "1", "1", "1"]


def test_steps_are_connected_moved_and_deleted_and_each_is_announced(
    studio: Studio, page: Page
) -> None:
    canvas = Canvas(studio, page, "rearranged", chain("first", "second", "third"))
    in_outline(canvas)
    canvas.press("ArrowDown", "Alt+ArrowDown")
    canvas.hears("Set values (second) now comes before Set values (first).")
    draft = canvas.draft_where(lambda found: found["trigger"]["next"] == ["second"])
    following = {step["id"]: step.get("next") for step in draft["steps"]}
    assert following == {
        "first": {"success": ["third"]},
        "second": {"success": ["first"]},
        "third": {},
    }
    canvas.press("ArrowUp", "c")
    canvas.pick("third")
    canvas.hears("Set values (third) now follows Set values (second) by error.")
    canvas.press("c")
    canvas.pick("second")
    expect(page.locator("#toasts")).to_contain_text("A step cannot follow itself.")
    canvas.press("Delete")
    canvas.hears("Set values (second) deleted.")
    canvas.steps(2)
    expect(page.locator("[role=treeitem]:focus")).to_have_count(1)


def test_every_row_has_all_its_actions_in_one_list(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "row-actions", chain("first", "second"))
    in_outline(canvas)
    canvas.press("End", "Shift+F10")
    canvas.pick("Insert a step between")
    canvas.pick("Send webhook")
    canvas.hears("Step Send webhook added between Set values (first) and Set values (second).")
    canvas.press("Shift+F10")
    canvas.pick("Disconnect from Set values (first)")
    canvas.hears("Send webhook no longer follows Set values (first) by success.")
    expect(page.get_by_role("treeitem", name="not connected")).to_have_count(1)
    canvas.press("Home", "Alt+ArrowUp")
    expect(page.locator("#toasts")).to_contain_text("The trigger comes first")


@pytest.mark.parametrize("width", [380, 860])
def test_on_a_narrow_screen_the_outline_is_there_first(studio: Studio, width: int) -> None:
    with studio.context(viewport={"width": width, "height": 800}, has_touch=True) as context:
        page = context.new_page()
        canvas = Canvas(studio, page, f"narrow-{width}", chain("first", "second"))
        outline = page.locator("#outline").bounding_box()
        drawing = page.locator("#canvas").bounding_box()
        assert outline is not None and drawing is not None
        assert outline["y"] < drawing["y"]
        page.get_by_role("button", name="Actions of Set values").first.tap()
        canvas.pick("Delete")
        canvas.hears("Set values (first) deleted.")
