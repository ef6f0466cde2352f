"""Drawing what is done when a run fails: a second entry beside the trigger."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.support.browser import Studio
from tests.support.canvas import Canvas, chain

FAILURE = "$failure"


def test_it_is_added_filled_and_taken_away_again(studio: Studio, page: Page) -> None:
    canvas = Canvas(studio, page, "reports", chain("first"))
    expect(canvas.node(FAILURE)).to_have_count(0)
    page.locator("#palette").get_by_role("button", name="When it fails").click()
    expect(page.locator("#inspector")).to_contain_text("about to end as failed or halted")
    expect(page.locator("[data-inspector-title]")).to_have_text("When it fails")
    canvas.draft_where(lambda draft: draft.get("on_failure") == [])
    page.get_by_role("button", name="Close the inspector").click()

    canvas.drag(canvas.port(FAILURE), canvas.blank(700, 640))
    canvas.pick("Set values")
    canvas.hears("added after a failure by success.")
    draft = canvas.draft_where(lambda found: found["on_failure"] == ["set_values"])
    assert draft["canvas"][FAILURE]["y"] > draft["canvas"].get("$trigger", {"y": 120})["y"]

    page.get_by_role("button", name="Close the inspector").click()
    canvas.press("1")
    canvas.drag(canvas.port("first"), canvas.card(FAILURE))
    canvas.hears("Nothing can lead to a failure")
    canvas.node(FAILURE).click()
    canvas.press("Escape", "Delete")
    canvas.hears("a failure deleted.")
    left = canvas.draft_where(lambda found: "on_failure" not in found)
    assert [step["id"] for step in left["steps"]] == ["first", "set_values"]
    canvas.press("Control+z")
    canvas.draft_where(lambda found: found.get("on_failure") == ["set_values"])


def test_the_outline_and_the_json_view_have_it_too(studio: Studio, page: Page) -> None:
    document = chain("first", "second")
    document["steps"][0]["next"] = {}
    document["on_failure"] = ["second"]
    canvas = Canvas(studio, page, "reports-in-a-tree", document)
    canvas.press("o")
    rows = page.get_by_role("treeitem")
    names = ["Webhook", "Set values", "When it fails", "Set values"]
    expect(rows).to_have_count(4)
    for row, name in zip(rows.all(), names, strict=True):
        expect(row).to_have_accessible_name(re.compile(f"^{name}"))
    assert [row.get_attribute("aria-level") for row in rows.all()] == ["1"] * 4

    page.get_by_role("button", name="JSON", exact=True).click()
    text = page.get_by_label("Document (penstock/1)")
    expect(text).to_have_value(re.compile('"on_failure": '))
    text.fill(text.input_value().replace('"second"\n  ]', '"gone"\n  ]'))
    canvas.draft_where(lambda draft: draft["on_failure"] == ["gone"])
    expect(canvas.node(FAILURE).locator(".pill-bad")).to_contain_text("1")


def test_a_step_renamed_is_followed_and_a_trial_shows_which_way_it_went(
    studio: Studio, page: Page
) -> None:
    document = chain("first", "second")
    document["steps"][0] = {
        "id": "first",
        "action": "set-values",
        "with": {"values": {"x": "{{ 1 / 0 }}"}},
    }
    document["steps"][1]["with"] = {"values": {"why": "<failure.error>"}}
    document["on_failure"] = ["second"]
    canvas = Canvas(studio, page, "reports-tried", document)
    canvas.node("second").dblclick()
    page.get_by_label("Id", exact=True).fill("tell")
    page.get_by_label("Id", exact=True).press("Enter")
    canvas.draft_where(lambda draft: draft["on_failure"] == ["tell"])
    expect(page.locator("#inspector")).to_contain_text("this is a trial: nothing has failed")

    page.get_by_role("button", name="Try all").click()
    expect(canvas.edge(FAILURE, "success", "tell")).to_have_class(re.compile("state-good"))
    expect(page.locator("#trial-state")).to_contain_text("Failed")
