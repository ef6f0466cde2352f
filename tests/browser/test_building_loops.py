"""Drawing a loop, seeing what its steps see, and trying it out with the first items of a list."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.support.browser import Studio, example
from tests.support.canvas import TRIGGER, Canvas, chain, webhook
from tests.support.inspector import field, open_in_inspector
from tests.support.loops import each


def in_outline(canvas: Canvas) -> None:
    """By keyboard: O folds the outline out and goes to its rows."""
    canvas.press("o")
    expect(canvas.page.locator("[role=treeitem]:focus")).to_have_count(1)


def close_inspector(page: Page) -> None:
    page.get_by_role("button", name="Close the inspector").click()
    expect(page.locator("#inspector")).to_be_hidden()


def test_a_loop_is_drawn_by_its_ports_and_its_body_is_framed(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "loop-drawn", webhook())
    page.locator("#palette").get_by_role("button", name="For each").click()
    page.locator("#inspector").get_by_label("Items", exact=True).fill("<order.lines>")
    close_inspector(page)
    expect(page.locator(".frame-body")).to_have_count(0)

    canvas.drag(canvas.port("for_each", "each"), canvas.blank(800, 160))
    canvas.pick("Set values")
    canvas.hears("added after For each by each.")
    close_inspector(page)
    expect(page.locator(".frame-body")).to_have_count(1)
    canvas.press("1")
    canvas.drag(canvas.port("for_each", "done"), canvas.blank(800, 520))
    canvas.pick("Send webhook")
    close_inspector(page)

    steps = canvas.steps(3)
    assert steps["for_each"]["with"] == {"items": "<order.lines>"}
    assert steps["for_each"]["next"] == {"each": ["set_values"], "done": ["send_webhook"]}
    canvas.press("Control+a")
    canvas.selected(TRIGGER, "for_each", "set_values", "send_webhook")
    canvas.press("t")
    canvas.hears("Tidied.")
    expect(page.locator(".frame-body")).to_have_count(1)


def test_a_loop_put_on_an_edge_goes_on_by_done(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "loop-on-edge", chain("first", "second"))
    page.mouse.move(*canvas.middle_of_edge("first", "success", "second"))
    page.locator(".edge-tool-insert").click()
    canvas.pick("For each")
    canvas.hears("added between")
    assert canvas.steps(3)["for_each"]["next"] == {"done": ["second"]}
    expect(canvas.node("for_each").locator("> title")).to_be_attached()


def test_the_outline_has_the_body_below_the_loop(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "loop-outline", example("partner-round"))
    canvas.press("o")
    rows = page.get_by_role("treeitem")
    expect(rows).to_have_count(5)
    assert [(one.get_attribute("aria-level")) for one in rows.all()] == ["1", "1", "2", "2", "1"]
    expect(rows.nth(2)).to_have_accessible_name(
        re.compile("^Work out the share, Set values, after Go through the partners by Each")
    )
    expect(rows.nth(4)).to_have_accessible_name(re.compile("^Report to the shop"))


def test_a_loop_and_its_body_are_built_and_configured_by_keyboard_alone(
    studio: Studio, page: Page
) -> None:
    canvas = Canvas(studio, page, "loop-by-keyboard", webhook())
    in_outline(canvas)
    canvas.press("n")
    canvas.pick("For each")
    canvas.press("n")
    canvas.pick("Wait for callback")
    canvas.hears("Step Wait for callback added after For each by each.")
    canvas.press("ArrowUp", "n")
    canvas.pick("Set values")
    canvas.hears("Step Set values added after For each by done.")
    canvas.press("Home", "ArrowDown", "Enter")
    inspector = page.locator("#inspector")
    inspector.get_by_label("Items", exact=True).focus()
    page.keyboard.type("<order.lines>")
    inspector.locator("summary", has_text="More").first.press("Enter")
    inspector.get_by_label("At once", exact=True).focus()
    canvas.press("Control+a")
    page.keyboard.type("5")
    inspector.get_by_label("When an item fails").focus()
    page.keyboard.type("continue")
    canvas.press("Escape", "Escape")
    expect(inspector).to_be_hidden()

    loop = canvas.steps(3)["for_each"]
    assert loop["next"] == {"each": ["wait_for_callback"], "done": ["set_values"]}
    canvas.draft_where(lambda draft: len(draft["steps"][0]["with"]) == 3)
    configured = canvas.draft()["steps"][0]["with"]
    assert configured == {"items": "<order.lines>", "concurrency": 5, "on_error": "continue"}
    expect(page.locator(".frame-body")).to_have_count(1)


def test_what_a_loop_collects_shows_what_it_comes_to_for_the_first_item(
    studio: Studio, page: Page
) -> None:
    note = {"id": "note", "action": "set-values", "with": {"values": {"half": "{{ item / 2 }}"}}}
    loop = each(note, items="{{ pluck(order.lines, 'price') }}", collect="<item> as <index>")
    open_in_inspector(page, studio, "loop-collects", "For each", loop)
    shown = field(page, "collect").locator("[data-preview]")
    expect(shown).to_contain_text("12.5 as 0")
    expect(field(page, "items").locator("[data-preview]")).to_contain_text("[12.5,30]")

    page.get_by_label("Collect").fill("<steps.note.half>")
    expect(shown).to_contain_text("has no result yet")


def test_a_step_that_waits_in_a_body_is_tried_with_a_result_pinned_to_it(
    studio: Studio, page: Page
) -> None:
    hold = {"id": "hold", "action": "wait-for-callback", "with": {}, "next": {"success": ["note"]}}
    note = {
        "id": "note",
        "action": "set-values",
        "with": {"values": {"said": "<item>: <steps.hold.body>"}},
    }
    canvas = Canvas(studio, page, "loop-waits", each(hold, note, items=["a", "b"]))
    page.get_by_role("button", name="Try all").click()
    expect(page.locator("#trial-state")).to_contain_text(
        "hold[0]: a trial waits for no callback; pin a result"
    )

    token = str(page.locator("meta[name=csrf]").get_attribute("content"))
    result = {"status": "succeeded", "port": "success", "output": {"body": "yes"}}
    pinned = page.request.put(
        "/automations/loop-waits/pins/hold", data=result, headers={"X-CSRF-Token": token}
    )
    assert pinned.ok, pinned.text()
    page.reload()
    page.get_by_role("button", name="Try all").click()
    expect(page.locator("#trial-state")).to_contain_text("Succeeded")
    expect(canvas.node("lines").locator(".pill-good")).to_contain_text("2 of 2")


def test_a_step_of_the_body_sees_the_first_item_and_a_trial_says_how_many_it_took(
    studio: Studio, page: Page
) -> None:
    note = {
        "id": "note",
        "action": "set-values",
        "with": {"values": {"sku": "<item.sku>"}},
    }
    skus = [{"sku": f"A-{number}"} for number in range(1, 13)]
    canvas = Canvas(studio, page, "loop-tried", each(note, items=skus))
    canvas.node("note").click()
    expect(page.locator("#inspector")).to_contain_text("A-1")
    page.get_by_role("button", name="Try all").click()
    expect(page.locator("#trial-state")).to_contain_text("Succeeded")
    expect(canvas.node("lines").locator(".pill-good")).to_contain_text("10 of 10")
    expect(canvas.edge("lines", "each", "note")).to_have_class(re.compile("state-good"))

    canvas.node("lines").click()
    page.get_by_role("tab", name="Output").click()
    expect(page.locator("#inspector-output")).to_contain_text(
        "only the first 10 of 12 items were tried"
    )
    page.get_by_role("button", name="Try them all").click()
    expect(canvas.node("lines").locator(".pill-good")).to_contain_text("12 of 12")
