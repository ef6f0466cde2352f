"""Drawing an automation with the pointer."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.browser import Studio, example
from tests.support.canvas import TRIGGER, Canvas, chain, middle, webhook


def close_inspector(page: Page) -> None:
    """A step that was added by the pointer is open; the canvas has all the room without it."""
    page.get_by_role("button", name="Close the inspector").click()
    expect(page.locator("#inspector")).to_be_hidden()


def test_steps_are_dragged_from_the_palette_connected_and_added_from_a_port(
    studio: Studio, page: Page
) -> None:
    canvas = Canvas(studio, page, "drawn-by-mouse", webhook())
    item = page.locator("#palette").get_by_role("button", name="Send webhook")
    canvas.drag(middle(item), canvas.blank(560, 300))
    canvas.hears("Step Send webhook added, not connected yet.")
    close_inspector(page)
    canvas.drag(canvas.port(TRIGGER), canvas.card("send_webhook"))
    canvas.hears("Send webhook now follows the trigger by success.")
    canvas.drag(canvas.port("send_webhook"), canvas.blank(900, 200))
    canvas.pick("Respond")
    canvas.hears("Step Respond added after Send webhook by success.")
    close_inspector(page)
    canvas.drag(canvas.port("send_webhook", "error"), canvas.blank(900, 480))
    canvas.pick("Respond")
    steps = canvas.steps(3)
    assert steps["send_webhook"]["next"] == {"success": ["respond"], "error": ["respond_2"]}
    assert canvas.draft()["trigger"]["next"] == ["send_webhook"]


def test_a_circle_is_refused_with_the_reason(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "no-circle", chain("first", "second"))
    canvas.drag(canvas.port("second"), canvas.card("first"))
    reason = "That would be a circle: Set values (second) comes after Set values (first)."
    expect(page.locator("#toasts")).to_contain_text(reason)
    canvas.hears(reason)
    expect(page.locator(".surface .x6-edge")).to_have_count(2)
    canvas.drag(canvas.port("second"), canvas.card(TRIGGER))
    canvas.hears("Nothing can lead to the trigger")


def test_an_edge_takes_a_step_between_and_can_be_removed(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "on-an-edge", chain("first", "second"))
    page.mouse.move(*canvas.middle_of_edge("first", "success", "second"))
    page.locator(".edge-tool-insert").click()
    canvas.pick("Send webhook")
    canvas.hears("Step Send webhook added between Set values (first) and Set values (second).")
    steps = canvas.steps(3)
    assert steps["first"]["next"] == {"success": ["send_webhook"]}
    assert steps["send_webhook"]["next"] == {"success": ["second"]}
    page.mouse.move(*canvas.middle_of_edge(TRIGGER, "success", "first"))
    page.locator(".edge-tool-remove").click()
    canvas.hears("Set values (first) no longer follows the trigger by success.")
    canvas.draft_where(lambda draft: not draft["trigger"]["next"])


def test_a_step_dropped_on_an_edge_stands_on_it(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "dropped-on-edge", chain("first", "second"))
    item = page.locator("#palette").get_by_role("button", name="Send webhook")
    canvas.drag(middle(item), canvas.middle_of_edge("first", "success", "second"))
    assert canvas.steps(3)["first"]["next"] == {"success": ["send_webhook"]}


def test_the_rubber_band_selects_and_what_is_selected_moves_together(
    studio: Studio, page: Page
) -> None:
    canvas = Canvas(studio, page, "moved", chain("first", "second", "third"))
    left, top = canvas.card("second")
    right, bottom = canvas.card("third")
    canvas.drag((left - 150, top - 90), (right + 150, bottom + 90))
    canvas.selected("second", "third")
    canvas.drag((left, top), (left + 60, top + 100))
    draft = canvas.draft_where(lambda found: found["canvas"]["second"] != {"x": 600, "y": 120})
    shift = draft["canvas"]["second"]["x"] - 600, draft["canvas"]["second"]["y"] - 120
    assert shift[1] >= 80
    assert draft["canvas"]["third"] == {"x": 880 + shift[0], "y": 120 + shift[1]}
    assert draft["canvas"]["first"] == {"x": 320, "y": 120}
    canvas.press("Control+z")
    canvas.draft_where(lambda found: found == canvas.start)


def test_tidy_sets_success_above_error_left_to_right_in_one_step(
    studio: Studio, page: Page
) -> None:
    document = example("partner-sync")
    document["canvas"] = {step["id"]: {"x": 300, "y": 100} for step in document["steps"]}
    canvas = Canvas(studio, page, "tidied", document)
    canvas.press("t")
    canvas.hears("Tidied.")
    draft = canvas.draft_where(lambda found: found["canvas"] != document["canvas"])
    places = draft["canvas"]
    assert places["sync"]["x"] < places["answer"]["x"] < places["sorry"]["x"]
    assert places["answer"]["y"] < places["fallback"]["y"]
    assert places["answer_fallback"]["y"] < places["sorry"]["y"]
    canvas.press("Control+z")
    canvas.draft_where(lambda found: found == canvas.start)


def test_a_note_is_written_in_place_coloured_and_kept(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "noted", webhook())
    canvas.press("Shift+N")
    page.get_by_label("Text of the note").fill("Ask the partner for a new token in May")
    page.get_by_role("button", name="blue").click()
    canvas.press("Escape")
    expect(canvas.node("note:0")).to_contain_text("Ask the partner")
    draft = canvas.draft_where(lambda found: found.get("notes", [{}])[0].get("color") == "blue")
    assert draft["notes"][0]["text"] == "Ask the partner for a new token in May"
    width, height = draft["notes"][0]["width"], draft["notes"][0]["height"]
    grip = middle(canvas.node("note:0").locator(".note-grip"))
    canvas.drag(grip, (grip[0] + 50, grip[1] + 30))
    bigger = canvas.draft_where(lambda found: found["notes"][0]["width"] > width)
    assert bigger["notes"][0]["height"] > height


def test_the_export_is_one_svg_with_every_step_and_no_need_of_the_page(
    studio: Studio, page: Page, tmp_path: Path
) -> None:
    Canvas(studio, page, "exported", example("partner-sync"))
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as SVG").click()
    assert download.value.suggested_filename == "Partner-sync-with-a-fallback.svg"
    download.value.save_as(tmp_path / "drawing.svg")
    page.goto((tmp_path / "drawing.svg").as_uri())
    words = page.locator("svg").text_content() or ""
    for name in ("Tell the partner", "Nobody took it", "Ask the fallback partner"):
        assert name in words
    drawing = (tmp_path / "drawing.svg").read_text()
    assert re.search(r'<text[^>]* font-size="13\.5px"', drawing), "the page's styles are inside"
    assert "/static/" not in drawing


def test_cards_and_edges_show_what_a_trial_came_to(studio: Studio, page: Page) -> None:
    document = chain("first", "second", "third")
    document["steps"][1]["with"] = {"values": {"x": "{{ 1 / 0 }}"}}
    canvas = Canvas(studio, page, "coloured", document)
    page.get_by_role("button", name="Try all").click()
    expect(canvas.node("second").locator(".pill-bad")).to_contain_text("failed")
    expect(canvas.node("first")).to_have_class(re.compile("state-good"))
    expect(canvas.edge("first", "success", "second")).to_have_class(re.compile("state-good"))
    expect(canvas.edge("second", "success", "third")).not_to_have_class(re.compile("state-good"))
    row = page.get_by_role("treeitem", name="Set values")
    canvas.press("o")
    expect(row.nth(1)).to_have_accessible_name(re.compile("failed"))


def test_a_fault_is_marked_on_its_card_with_its_words(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "faulty", webhook())
    page.locator("#palette").get_by_role("button", name="Send webhook").click()
    close_inspector(page)
    mark = canvas.node("send_webhook").locator(".pill-bad")
    expect(mark).to_contain_text("1")
    expect(canvas.node("send_webhook").locator("> title")).to_contain_text("missing")
