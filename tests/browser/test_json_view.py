"""The document as text: what is suggested while it is written, and what its members are for."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.support.automations import on_webhook
from tests.support.browser import NARROW, WIDE, Studio, ready

INPUT = "Document (penstock/1)"


@pytest.fixture
def text(studio: Studio, page: Page, request: pytest.FixtureRequest) -> Locator:
    """The open JSON view of an automation that notes what it gets."""
    name = request.node.originalname.replace("_", "-")
    page.goto(studio.automation(name, on_webhook(name)))
    ready(page)
    page.get_by_role("button", name="JSON").click()
    return page.get_by_label(INPUT)


def put_caret(text: Locator, behind: str) -> None:
    """Puts the caret behind the first place of some words."""
    text.evaluate(
        "(one, words) => { const at = one.value.indexOf(words) + words.length;"
        " one.focus(); one.setSelectionRange(at, at); }",
        behind,
    )


def suggestions(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Suggestions")


def test_a_name_and_its_value_are_completed_and_undone(
    studio: Studio, page: Page, text: Locator
) -> None:
    before = text.input_value()
    put_caret(text, '"id": "note",')
    page.keyboard.press("Enter")
    page.keyboard.type('"')
    expect(suggestions(page).get_by_role("option", name="join")).to_be_visible()
    expect(suggestions(page).get_by_role("option", name="action")).to_have_count(0)
    page.keyboard.type("jo")
    expect(suggestions(page).get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    # What may stand behind the name is offered at once.
    expect(suggestions(page).get_by_role("option")).to_have_text(["all", "any"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(text).to_have_value(before.replace('"note",\n', '"note",\n"join": "any",\n', 1))
    expect(page.locator("#saving")).to_have_text("Saved")
    assert studio.draft(page.url.rpartition("/")[2])["steps"][0]["join"] == "any"
    page.get_by_role("button", name="Undo").click()
    expect(text).to_have_value(before)


def test_the_keyboard_takes_back_what_was_inserted(page: Page, text: Locator) -> None:
    put_caret(text, '"action": "')
    page.keyboard.press("Control+Space")
    before = text.input_value()
    suggestions(page).get_by_role("option", name="stop").click()
    expect(text).to_have_value(before.replace('"set-values"', '"stop"'))
    page.keyboard.press("Control+z")
    expect(text).to_have_value(before)


def test_escape_closes_the_list_and_leaves_the_field_as_it_is(page: Page, text: Locator) -> None:
    before = text.input_value()
    put_caret(text, '"action": "')
    page.keyboard.press("Control+Space")
    expect(suggestions(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(suggestions(page)).to_have_count(0)
    expect(text).to_be_focused()
    expect(text).to_have_value(before)


def test_the_member_at_the_caret_is_explained_while_nothing_is_wrong(
    page: Page, text: Locator
) -> None:
    message = page.locator(".json-message")
    put_caret(text, '"path": "')
    expect(message).to_contain_text("trigger.with.path")
    expect(message).to_contain_text("Where callers reach the trigger")
    page.keyboard.press("Backspace")
    expect(message).to_contain_text("Line 7: Unexpected")
    page.keyboard.type('"')
    expect(message).to_contain_text("Where callers reach the trigger")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [NARROW, WIDE])
def test_axe_finds_nothing_serious(page: Page, text: Locator, size: dict, scheme: str) -> None:  # type: ignore[type-arg]
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    put_caret(text, '"action": "')
    page.keyboard.press("Control+Space")
    expect(suggestions(page)).to_be_visible()
    box = suggestions(page).bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= size["width"]
    found = Axe().run(page).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in serious] == []
