"""Copy, cut, paste and duplicate, between automations too."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect

from tests.support.browser import Studio, example
from tests.support.canvas import Canvas, chain, webhook


def test_steps_go_from_one_automation_to_another_with_edges_and_references(
    studio: Studio, page: Page
) -> None:
    document = chain("first", "second")
    document["steps"][1]["with"] = {"values": {"y": "<steps.first.x>"}}
    source = Canvas(studio, page, "copied-from", document)
    source.press("Control+a")
    text = source.copied()
    source.hears("Set values (first), Set values (second) copied.")
    assert json.loads(text)["format"] == "penstock/1-fragment"

    target = Canvas(studio, page, "copied-to", chain("first"))
    target.paste(text)
    target.selected("first_2", "second")
    steps = target.steps(3)
    assert steps["first_2"]["next"] == {"success": ["second"]}
    assert steps["second"]["with"] == {"values": {"y": "<steps.first_2.x>"}}


def test_the_keys_of_the_system_copy_and_paste(studio: Studio) -> None:
    with studio.context(permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        canvas = Canvas(studio, page, "by-keys", chain("first"))
        canvas.press("Control+a", "Control+c")
        canvas.hears("Set values copied.")
        canvas.press("Control+v")
        canvas.selected("first_2")
        canvas.press("Control+x")
        canvas.steps(1)
        canvas.press("Control+v")
        assert set(canvas.steps(2)) == {"first", "first_2"}


def test_cutting_removes_and_one_undo_brings_back(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "cut", chain("first", "second"))
    page.mouse.click(*canvas.card("second"))
    canvas.selected("second")
    assert "second" in canvas.copied("cut")
    assert "next" not in canvas.steps(1)["first"]
    canvas.press("Control+z")
    canvas.draft_where(lambda draft: draft == canvas.start)


def test_duplicates_stand_beside_and_keep_what_they_lead_to_among_them(
    studio: Studio, page: Page
) -> None:
    canvas = Canvas(studio, page, "duplicated", chain("first", "second", "third"))
    page.mouse.click(*canvas.card("second"))
    expect(page.locator("#view-configure")).to_contain_text("Set values")
    canvas.card("second")
    canvas.press("1")
    page.keyboard.down("Shift")
    page.mouse.click(*canvas.card("third"))
    page.keyboard.up("Shift")
    canvas.selected("second", "third")
    canvas.press("Control+d")
    canvas.selected("second_2", "third_2")
    steps = canvas.steps(5)
    assert steps["second_2"]["next"] == {"success": ["third_2"]}
    places = canvas.draft()["canvas"]
    assert places["second_2"] == {"x": 640, "y": 160}


def test_a_whole_automation_can_be_pasted(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "pasted-whole", webhook())
    canvas.paste(json.dumps(example("partner-sync")))
    assert canvas.steps(5)["sync"]["next"] == {"success": ["answer"], "error": ["fallback"]}


def test_a_curl_command_becomes_a_configured_step(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "pasted-curl", webhook())
    canvas.paste("curl -X PUT 'https://partner.example/orders/7' -H 'X-Shop: 3'")
    made = canvas.steps(1)["send_webhook"]
    assert made["with"]["method"] == "PUT"
    assert made["with"]["url"] == "https://partner.example/orders/7"
    assert made["with"]["headers"] == {"X-Shop": "3"}
    canvas.press("Control+z")
    canvas.steps(0)


def test_what_is_no_step_is_refused_in_words(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "pasted-words", webhook())
    canvas.paste("a shopping list")
    expect(page.locator("#toasts")).to_contain_text("What is on the clipboard is no step")
    canvas.paste("curl")
    canvas.paste("curl --nonsense")
    expect(page.locator("#toasts")).to_contain_text("This cURL command cannot be read")
