"""Where the time of a run went, as its page draws it and says it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import NARROW, WIDE, Studio
from tests.support.builders import make_document, send, step
from tests.support.server import free_port

TITLE = "Ask twice"


@pytest.fixture(scope="module")
def run_page(studio: Studio) -> str:
    """The page of a run that tried a closed door twice, and then answered its caller."""
    asked = send(
        "ask",
        f"http://127.0.0.1:{free_port()}/",
        name=TITLE,
        retry={"attempts": 2, "initial": "200ms", "jitter": 0},
        next={"success": ["answer"], "error": ["answer"]},
    )
    answer = step("answer", "respond", {"status": 200, "body": {"ok": True}})
    trigger = {"type": "webhook", "with": {"path": "timed", "respond": "step"}, "next": ["ask"]}
    studio.server.publish("timed", make_document(asked, answer, trigger=trigger))
    assert studio.server.call("POST", "/hooks/default/timed", {}).status == 200
    [run] = studio.server.call("GET", "/api/v1/runs?automation=timed").json["items"]
    return f"/runs/{run['id']}"


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_parts_are_said_and_drawn_within_the_page(
    page: Page, run_page: str, size: dict[str, int]
) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.goto(run_page)
    time = page.get_by_role("region", name="Time")

    for part in ("Queued", "In steps", "Between attempts"):
        said = time.locator("dl > div").filter(has_text=part).locator("dd")
        expect(said).to_have_text(re.compile(r"^\d+(\.\d+)? (ms|s)$"))
    for part in ("Caller answered", "Ended"):
        said = time.locator("dl > div").filter(has_text=part).locator("dd")
        expect(said).to_have_text(re.compile(r"^after \d+(\.\d+)? (ms|s)$"))
    expect(time.locator(".whole .bar.steps").first).to_be_visible()
    expect(time.locator(".whole line.answered")).to_have_count(1)
    expect(time.locator(".bar.retry")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_keyboard_reaches_each_attempt_and_the_step_it_was_made_for(
    page: Page, run_page: str
) -> None:
    page.goto(run_page)
    time = page.get_by_role("region", name="Time")
    time.locator("summary").focus()
    page.keyboard.press("Enter")

    row = time.get_by_role("row").filter(has_text=TITLE).nth(1)
    expect(row.get_by_role("cell").nth(3)).to_have_text(re.compile(r"^\d+(\.\d+)? (ms|s)$"))
    page.keyboard.press("Tab")
    expect(time.get_by_role("link", name=TITLE).first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#step-ask$"))
