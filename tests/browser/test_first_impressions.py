"""What somebody meets who sees the builder for the first time: calm, names, nothing lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.automations import on_webhook
from tests.support.browser import NARROW, Studio, ready
from tests.support.builders import step
from tests.support.canvas import Canvas, chain, webhook

NOWHERE = "http://127.0.0.1:1/orders"
"""Nothing listens there: every call is refused at once."""


def add(page: Page, action: str) -> None:
    page.locator("#palette").get_by_role("button", name=action).click()


def inspector(page: Page) -> Locator:
    return page.locator("#inspector")


def ports_of(choose: dict[str, Any]) -> list[str]:
    """The names of the branches of a step that chooses."""
    return [branch["port"] for branch in choose["with"].get("branches", [])]


def answered_anyway() -> dict[str, Any]:
    """A call that fails, and an answer that is given then."""
    once = {"attempts": 1}
    call = step("call", "send-webhook", {"url": NOWHERE}, retry=once, next={"error": ["sorry"]})
    return on_webhook("answered", call, step("sorry", "respond", {"status": 503}))


def test_an_added_step_is_open_and_what_it_lacks_is_no_alarm_until_it_is_left(
    studio: Studio, page: Page
) -> None:
    canvas = Canvas(studio, page, "calm", webhook())
    add(page, "Send webhook")
    expect(page.get_by_role("heading", name="Send webhook")).to_be_visible()
    field = inspector(page).locator("[data-field=url]")
    expect(field.locator("[data-faults] .hint")).to_have_text("is missing")
    expect(inspector(page).get_by_label("URL")).not_to_have_attribute("aria-invalid", "true")
    expect(canvas.node("send_webhook").locator(".pill-bad")).to_have_count(0)
    add(page, "Respond")
    expect(canvas.node("send_webhook").locator(".pill-bad")).to_have_count(1)
    page.mouse.click(*canvas.card("send_webhook"))
    expect(field.locator(".fault")).to_have_text("is missing")


@pytest.mark.parametrize("way", ["Try", "Publish"])
def test_who_wants_to_run_it_is_told_by_name_what_is_in_the_way(
    studio: Studio, page: Page, way: str
) -> None:
    canvas = Canvas(studio, page, f"told-{way}".lower(), webhook())
    add(page, "Send webhook")
    canvas.steps(1)
    page.get_by_role("button", name=way, exact=True).click()
    told = page.get_by_role("button", name="Send webhook, url")
    expect(told).to_have_attribute("title", "$.steps[0].with.url")
    told.click()
    expect(inspector(page).get_by_label("URL")).to_have_attribute("aria-invalid", "true")


def test_steps_called_alike_are_told_apart_by_their_ids(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "alike", chain("first", "second"))
    page.mouse.click(*canvas.card("second"))
    expect(page.get_by_role("heading", name="Set values (second)")).to_be_visible()
    inspector(page).get_by_label("Name", exact=True).fill("Total")
    expect(page.get_by_role("heading", name="Total")).to_be_visible()
    expect(page.get_by_role("button", name="Up to Total")).to_be_visible()


def test_a_result_and_its_pin_go_with_a_step_that_is_renamed(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "renamed", chain("first"))
    page.get_by_role("button", name="Try all").click()
    expect(page.locator("#trial-state")).to_contain_text("Succeeded")
    page.mouse.click(*canvas.card("first"))
    page.get_by_role("tab", name="Output").click()
    page.get_by_role("button", name="Pin this output").click()
    expect(page.get_by_role("button", name="Unpin this output")).to_be_visible()
    page.get_by_role("tab", name="Configure").click()
    inspector(page).get_by_label("Id", exact=True).fill("total")
    with page.expect_response(lambda one: one.request.method == "DELETE" and one.ok):
        page.keyboard.press("Tab")
    expect(canvas.node("total")).to_contain_text("pinned")
    with page.expect_response(lambda one: one.request.method == "DELETE" and one.ok):
        page.locator("#undo").click()
    expect(canvas.node("first")).to_contain_text("pinned")
    expect(inspector(page).get_by_label("Id", exact=True)).to_have_value("first")
    canvas.draft_where(lambda draft: draft == canvas.start)
    page.reload()
    ready(page)
    expect(canvas.node("first")).to_contain_text("pinned")


def test_a_new_step_does_not_show_what_one_that_is_gone_came_to(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "reborn", webhook())
    add(page, "Respond")
    page.get_by_role("button", name="Try all").click()
    expect(page.locator("#trial-state")).to_contain_text("Succeeded")
    expect(canvas.node("respond")).to_have_class(re.compile("state-good"))
    canvas.press("Escape")
    page.locator(".surface").focus()
    canvas.press("Delete")
    expect(canvas.node("respond")).to_have_count(0)
    add(page, "Respond")
    expect(canvas.node("respond")).to_be_visible()
    expect(canvas.node("respond")).not_to_have_class(re.compile("state-good"))


def test_a_failure_that_was_dealt_with_is_told_and_an_empty_answer_is_called_empty(
    studio: Studio, page: Page
) -> None:
    page.goto(studio.automation("answered", answered_anyway()))
    ready(page)
    page.get_by_role("button", name="Try all").click()
    expect(page.locator("#trial-state")).to_contain_text(
        "Send webhook failed and left by its error port."
    )
    expect(page.locator("#trial-end")).to_have_text("The caller gets 503, with an empty body.")


def test_the_menu_of_samples_closes_when_something_is_chosen(studio: Studio, page: Page) -> None:
    Canvas(studio, page, "menu", webhook())
    menu = page.locator("#sample-menu")
    menu.locator("summary").click()
    page.get_by_role("button", name="Write one by hand").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(menu).not_to_have_attribute("open", "")


def test_a_field_that_waits_for_a_step_is_not_called_wrong(studio: Studio, page: Page) -> None:
    document = chain("first", "second")
    document["steps"][1]["with"]["values"]["x"] = "<steps.first.x>"
    canvas = Canvas(studio, page, "not-yet", document)
    page.locator("#sample-menu > summary").click()
    page.get_by_role("button", name="Write one by hand").click()
    page.get_by_role("button", name="Save and use it").click()
    page.mouse.click(*canvas.card("second"))
    preview = inspector(page).locator(".preview").filter(has_text="has no result yet")
    expect(preview).to_have_class(re.compile("unknown"))
    expect(preview).not_to_have_class(re.compile("wrong"))


def test_the_palette_makes_room_beside_outline_and_inspector(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "room", chain("first"))
    palette = page.locator("#palette")
    page.mouse.click(*canvas.card("first"))
    canvas.press("Escape", "o")
    wide = palette.bounding_box()
    page.mouse.click(*canvas.card("first"))
    expect(palette.get_by_role("button", name="Send webhook")).to_be_visible()
    narrow = palette.bounding_box()
    assert wide is not None and narrow is not None
    assert narrow["width"] < wide["width"] / 2


def test_a_branch_begins_with_a_name_that_typing_replaces(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "branches", webhook())
    add(page, "Choose")
    expect(inspector(page)).not_to_contain_text("no such port")
    more = page.get_by_role("button", name="Add a branch")
    more.click()
    page.keyboard.type("large")
    more.click()
    names = inspector(page).get_by_label("Name of the branch")
    expect(names.nth(1)).to_have_value("branch_2")
    ports = ["large", "branch_2"]
    canvas.draft_where(lambda draft: draft["steps"] and ports == ports_of(draft["steps"][0]))


def test_a_note_is_written_where_it_can_be_read(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "far-away", chain(*(f"step_{number}" for number in range(30))))
    canvas.press("1")
    page.locator("[data-command=note]").click()
    field = page.get_by_label("Text of the note")
    expect(field).to_be_focused()
    assert float(field.evaluate("field => parseFloat(getComputedStyle(field).fontSize)")) > 8


def test_a_conflict_does_not_take_the_focus_from_who_is_typing(studio: Studio, page: Page) -> None:
    Canvas(studio, page, "typing-on", webhook())
    studio.automation("typing-on", webhook(name="Of a program"))
    field = page.get_by_label("Name of the automation")
    field.fill("Mine")
    expect(page.locator("#conflict")).to_be_visible()
    expect(field).to_be_focused()


def test_on_a_phone_a_step_that_was_added_comes_into_sight(studio: Studio) -> None:
    with studio.context(viewport=NARROW, has_touch=True) as context:
        page = context.new_page()
        Canvas(studio, page, "phone", webhook())
        page.locator("#palette").get_by_role("button", name="Send webhook").tap()
        expect(page.get_by_role("heading", name="Send webhook")).to_be_in_viewport()
