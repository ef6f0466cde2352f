"""Two people in one draft: nothing is overwritten without a word."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.support.automations import on_webhook
from tests.support.browser import Studio, ready
from tests.support.canvas import Canvas, chain, webhook
from tests.support.waiting import eventually


def test_the_second_of_two_editors_is_told_what_changed_and_decides(
    studio: Studio, page: Page
) -> None:
    path = studio.automation("two-editors", on_webhook("two-editors"))
    page.goto(path)
    with studio.context() as other:
        grace = other.new_page()
        grace.goto(path)
        ready(page)
        ready(grace)
        name(grace, "Grace was here")
        expect(grace.locator("#saving")).to_have_text("Saved")
        name(page, "Ada was here")
        conflict = page.locator("#conflict")
        expect(conflict).to_contain_text("automation changed: name")
        assert studio.draft("two-editors")["name"] == "Grace was here"
        conflict.get_by_role("button", name="Keep mine").click()
        eventually(lambda: studio.draft("two-editors")["name"] == "Ada was here")


def test_taking_the_others_changes_shows_them(studio: Studio, page: Page) -> None:
    path = studio.automation("take-theirs", on_webhook("take-theirs"))
    ready_page(page, path)
    studio.automation("take-theirs", {**on_webhook("take-theirs"), "name": "Of a program"})
    name(page, "Mine")
    page.get_by_role("button", name="Take theirs").click()
    expect(page.get_by_label("Name of the automation")).to_have_value("Of a program")
    expect(page.locator("#conflict")).to_be_hidden()
    name(page, "Mine after all")
    eventually(lambda: studio.draft("take-theirs")["name"] == "Mine after all")


def test_a_builder_without_changes_of_its_own_follows(studio: Studio, page: Page) -> None:
    path = studio.automation("follows", on_webhook("follows"))
    ready_page(page, path)
    studio.automation("follows", {**on_webhook("follows"), "name": "Changed elsewhere"})
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.get_by_label("Name of the automation")).to_have_value("Changed elsewhere")


def test_what_others_pinned_comes_with_their_steps(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "pinned-elsewhere", webhook())
    pin(page, f"{page.url}/pins/first")
    studio.automation("pinned-elsewhere", chain("first"))
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(canvas.node("first")).to_contain_text("pinned")


def pin(page: Page, address: str) -> None:
    """Keeps a result of a step, as another window does."""
    token = str(page.locator("meta[name=csrf]").get_attribute("content"))
    result = {"status": "succeeded", "port": "success", "output": {"x": 1}, "error": None}
    kept = page.request.put(address, data=result, headers={"X-CSRF-Token": token})
    assert kept.ok, kept.text()


def ready_page(page: Page, path: str) -> None:
    page.goto(path)
    ready(page)


def name(page: Page, text: str) -> None:
    """Renames the automation, as a change that is quickly made."""
    page.get_by_label("Name of the automation").fill(text)
