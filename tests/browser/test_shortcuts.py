"""Keys of the builder: what they do, when they do not, undo through many edits."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.support.browser import Studio, example
from tests.support.canvas import TRIGGER, Canvas, chain, webhook


def test_twenty_edits_are_undone_to_the_very_document_and_redone(
    studio: Studio, page: Page
) -> None:
    canvas = Canvas(studio, page, "twenty-edits", example("partner-sync"))
    twenty_edits(canvas)
    end = canvas.draft_where(lambda draft: len(draft.get("notes", [])) == 1)
    undo = page.get_by_role("button", name="Undo")
    count = 0
    while undo.get_attribute("aria-disabled") == "false":
        canvas.press("Control+z")
        count += 1
    assert count >= 20
    canvas.draft_where(lambda draft: draft == canvas.start)
    for _ in range(count):
        canvas.press("Control+y")
    canvas.draft_where(lambda draft: draft == end)
    canvas.press("Control+z", "Control+Shift+Z")
    canvas.draft_where(lambda draft: draft == end)


def twenty_edits(canvas: Canvas) -> None:
    for action in ("Set values", "Send webhook", "Choose", "Respond"):
        canvas.press("Escape", "Escape", "n")
        canvas.pick(action)
        canvas.press("ArrowDown", "Control+d", "Delete")
    canvas.press("t")
    canvas.hears("Tidied.")
    left, top = canvas.card("sync")
    canvas.drag((left, top), (left + 30, top + 40))
    page = canvas.page
    page.mouse.move(*canvas.middle_of_edge(TRIGGER, "success", "sync"))
    page.locator(".edge-tool-remove").click()
    canvas.drag(canvas.port(TRIGGER), canvas.card("sync"))
    canvas.press("Shift+N")
    page.get_by_label("Text of the note").fill("Twenty")
    canvas.press("Escape")


def test_what_is_selected_is_moved_opened_and_deleted_by_keys(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "by-key", chain("first", "second"))
    canvas.press("Control+a", "ArrowRight", "ArrowRight", "Shift+ArrowDown")
    moved = {"x": 340, "y": 170}
    canvas.draft_where(lambda draft: draft["canvas"]["first"] == moved)
    canvas.press("Control+z")
    canvas.draft_where(lambda draft: draft["canvas"]["first"] == {"x": 320, "y": 120})
    page.mouse.click(*canvas.card("second"))
    expect(page.locator("#inspector")).to_be_visible()
    canvas.press("Escape")
    expect(page.locator("#inspector")).to_be_hidden()
    canvas.press("Enter")
    expect(page.locator("#inspector")).to_be_visible()
    canvas.press("Escape", "Delete")
    canvas.hears("Set values (second) deleted.")
    assert set(canvas.steps(1)) == {"first"}


def test_the_trigger_stays(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "trigger-stays", webhook())
    page.mouse.click(*canvas.card(TRIGGER))
    canvas.press("Escape", "Delete")
    canvas.hears("The trigger cannot be deleted")
    expect(canvas.node(TRIGGER)).to_be_visible()


def test_the_palette_of_commands_goes_adds_and_runs(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "commanded", example("partner-sync"))
    canvas.press("Control+k")
    canvas.pick("fallback partner")
    canvas.selected("fallback")
    canvas.press("Escape", "Control+k")
    canvas.pick("add set values")
    canvas.hears("Step Set values added after Ask the fallback partner by success.")
    canvas.press("Control+k")
    canvas.pick("tidy")
    canvas.hears("Tidied.")
    canvas.press("Control+k", "Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_keys_are_left_alone_while_somebody_types(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "typing", chain("first"))
    page.get_by_label("Name of the automation").focus()
    canvas.press("Control+a", "n", "t", "1", "Backspace")
    expect(page.get_by_label("Name of the automation")).to_have_value("nt")
    expect(page.locator("dialog.chooser input")).to_have_count(0)
    canvas.press("Control+k")
    expect(page.locator("dialog.chooser input")).to_be_focused()


def test_the_list_of_shortcuts_explains_and_turns_single_keys_off(
    studio: Studio, page: Page
) -> None:
    canvas = Canvas(studio, page, "listed", webhook())
    canvas.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_contain_text("Add a step")
    dialog.get_by_label("Single keys such as N and 1 are shortcuts").uncheck()
    dialog.get_by_role("button", name="Close").click()
    canvas.press("n")
    expect(page.locator("dialog.chooser input")).to_have_count(0)
    canvas.press("Control+k")
    canvas.pick("Keyboard shortcuts")
    expect(dialog).to_be_visible()


def test_zoom_and_fit_have_keys(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "zoomed", chain("first"))
    shown = page.locator(".canvas-tools .zoom")
    expect(shown).to_have_text("100 %")
    canvas.press("+")
    expect(shown).to_have_text("125 %")
    canvas.press("0", "-")
    expect(shown).to_have_text("80 %")
    canvas.press("1")
    expect(shown).to_have_text("100 %")
    canvas.press("m")
    expect(page.get_by_role("img", name="Overview of the automation")).to_be_visible()


def test_trying_and_saving_have_keys_even_while_typing(studio: Studio, own_page: Page) -> None:
    canvas = Canvas(studio, own_page, "keys-everywhere", chain("first"))
    own_page.get_by_label("Name of the automation").focus()
    canvas.press("Control+Enter")
    expect(own_page.locator("#trial-state")).to_contain_text("Succeeded")
    # With the clock stopped nothing is saved but by the key.
    own_page.clock.install()
    own_page.get_by_label("Name of the automation").fill("Saved by a key")
    canvas.press("Control+s")
    canvas.draft_where(lambda draft: draft["name"] == "Saved by a key")
