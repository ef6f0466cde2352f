"""The fields of the inspector: they show what they come to, and hold what is in the draft."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browser import Studio
from tests.support.builders import make_document, send, step
from tests.support.inspector import field, held, labelled, open_in_inspector

Open = Callable[..., Page]


@pytest.fixture
def open_step(page: Page, studio: Studio, request: pytest.FixtureRequest) -> Open:
    """Opens a step of a draft in the inspector, with a sample event."""
    return partial(open_in_inspector, page, studio, request.node.name)


def test_what_a_field_comes_to_shows_as_one_types(open_step: Open) -> None:
    page = open_step()
    shown = field(page, "url").locator("[data-preview]")
    expect(shown).to_have_text("https://partner.example/orders/42")
    url = page.get_by_label("URL")
    url.press("Control+End")
    url.press_sequentially("/<customer>")
    expect(shown).to_have_text("https://partner.example/orders/42/a%2Fb")
    url.press_sequentially("/<order.nothing>")
    expect(shown).to_contain_text('order has no "nothing"; there is id, lines')
    expect(field(page, "url").locator("mark")).to_have_text(
        ["<order.id>", "<customer>", "<order.nothing>"]
    )


def test_a_suggestion_is_taken_without_a_mouse(open_step: Open) -> None:
    page = open_step()
    url = page.get_by_label("URL")
    url.press("Control+End")
    url.press_sequentially("?total={{ sum")
    url.press("Control+Space")
    option = page.get_by_role("option", name=re.compile("^sum"))
    expect(option).to_have_attribute("aria-selected", "true")
    expect(page.locator(".completion-about")).to_contain_text("gives")
    url.press("Enter")
    url.press_sequentially("pluck(order.li")
    url.press("Control+Space")
    expect(page.get_by_role("option", name=re.compile("^lines"))).to_be_visible()
    url.press("Tab")
    url.press_sequentially(", 'price')) }}")
    expect(url).to_have_value(
        "https://partner.example/orders/<order.id>?total={{ sum(pluck(order.lines, 'price')) }}"
    )
    shown = field(page, "url").locator("[data-preview]")
    expect(shown).to_have_text("https://partner.example/orders/42?total=42.5")


def test_escape_closes_the_suggestions_first_and_then_the_inspector(open_step: Open) -> None:
    page = open_step()
    url = page.get_by_label("URL")
    url.press("Control+End")
    url.press_sequentially("/<")
    expect(page.get_by_role("listbox", name="Suggestions")).to_be_visible()
    url.press("Escape")
    expect(page.get_by_role("listbox", name="Suggestions")).to_have_count(0)
    expect(page.locator("#inspector")).to_be_visible()
    url.press("Escape")
    expect(page.locator("#inspector")).to_be_hidden()


def test_headers_are_added_moved_and_removed_by_keyboard(open_step: Open, studio: Studio) -> None:
    page = open_step()
    headers = field(page, "headers")
    headers.get_by_role("button", name="Add").press("Enter")
    expect(headers.get_by_label("Headers: name").nth(1)).to_be_focused()
    page.keyboard.type("X-Customer")
    page.keyboard.press("Tab")
    page.keyboard.type("<customer>")
    expect(headers.locator("[data-preview]").nth(1)).to_have_text("a/b")
    headers.locator("[data-grip]").nth(1).press("ArrowUp")
    expect(headers.get_by_label("Headers: name").first).to_have_value("X-Customer")
    held(page, studio, lambda one: list(one["with"]["headers"]) == ["X-Customer", "X-Order"])
    headers.locator("[data-remove]").nth(1).press("Enter")
    held(page, studio, lambda one: one["with"]["headers"] == {"X-Customer": "<customer>"})


def test_undo_gives_an_input_back_what_it_held(open_step: Open) -> None:
    page = open_step()
    url, name = page.get_by_label("URL"), labelled(page, "Name")
    url.fill("https://other.example")
    name.fill("Another name")
    field(page, "headers").locator("[data-remove]").first.click()
    expect(field(page, "headers").locator("[data-row]")).to_have_count(0)
    for _ in range(3):
        page.locator("#undo").click()
    expect(url).to_have_value("https://partner.example/orders/<order.id>")
    expect(name).to_have_value("Tell the partner")
    expect(field(page, "headers").get_by_label("Headers: name")).to_have_value("X-Order")
    page.locator("#redo").click()
    expect(url).to_have_value("https://other.example")


def test_undo_in_a_field_keeps_the_focus_there(open_step: Open) -> None:
    page = open_step()
    url = page.get_by_label("URL")
    url.press("Control+End")
    url.press_sequentially("/more")
    url.press("Control+z")
    expect(url).to_have_value("https://partner.example/orders/<order.id>")
    expect(url).to_be_focused()


def test_a_value_keeps_what_was_typed_in_each_of_its_forms(open_step: Open) -> None:
    page = open_step()
    row = field(page, "headers").locator("[data-row]").first
    value, form = row.get_by_label("Headers: value", exact=True), row.locator("[data-kinds]")
    value.fill("No. <order.id>, please")
    form.select_option("expression")
    value.fill("upper(customer)")
    expect(row.locator("[data-preview]")).to_have_text("A/B")
    form.select_option("json")
    value.fill("17")
    form.select_option("text")
    expect(value).to_have_value("No. <order.id>, please")
    form.select_option("expression")
    expect(value).to_have_value("upper(customer)")
    form.select_option("json")
    expect(value).to_have_value("17")


def test_a_mistake_in_json_is_named_and_the_last_value_kept(
    open_step: Open, studio: Studio
) -> None:
    page = open_step()
    body = labelled(page, "Body")
    body.fill('{\n  "id": "<order.id>",\n  "n": 1\n}')
    held(page, studio, lambda one: one["with"]["body"] == {"id": "<order.id>", "n": 1})
    body.fill('{\n  "id": \n}')
    expect(field(page, "body").locator("[data-syntax]").last).to_contain_text("Line 3")
    expect(body).to_have_attribute("aria-invalid", "true")
    with page.expect_response("**/inspector"):
        body.press("Tab")
    expect(body).to_have_value('{\n  "id": \n}')
    body.fill('{"id": 2}')
    held(page, studio, lambda one: one["with"]["body"] == {"id": 2})


def next_drawing_held(page: Page) -> list[Route]:
    """Where the next request for the form waits to be continued."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route("**/inspector", hold, times=1)
    return waiting


def test_what_is_typed_while_the_form_is_drawn_anew_stays(open_step: Open) -> None:
    page = open_step()
    waiting = next_drawing_held(page)
    with page.expect_request("**/inspector"):
        page.get_by_label("Body is sent as").select_option("form")
    labelled(page, "Name").fill("Typed meanwhile")
    waiting[0].continue_()
    expect(page.get_by_label("Body: name")).to_have_value("id")
    expect(labelled(page, "Name")).to_have_value("Typed meanwhile")
    expect(page.locator("[data-inspector-title]")).to_have_text("Typed meanwhile")


def test_what_is_typed_before_a_body_of_another_kind_is_drawn_stays(open_step: Open) -> None:
    page = open_step()
    waiting = next_drawing_held(page)
    with page.expect_request("**/inspector"):
        page.get_by_label("Body is sent as").select_option("text")
    body = field(page, "body").locator('textarea[data-path="body"]')
    body.fill("plain <order.id>")
    waiting[0].continue_()
    expect(body).to_have_attribute("data-kind", "text")
    expect(page.locator("[data-body-kind=text]")).to_be_visible()
    expect(body).to_have_value("plain <order.id>")


def test_a_body_comes_back_with_what_it_is_sent_as(open_step: Open) -> None:
    page = open_step()
    sent_as = page.get_by_label("Body is sent as")
    body = field(page, "body").locator('textarea[data-path="body"]')
    sent_as.select_option("form")
    expect(page.get_by_label("Body: name")).to_have_value("id")
    sent_as.select_option("none")
    sent_as.select_option("text")
    body.fill("plain <order.id>")
    sent_as.select_option("json")
    expect(body).to_have_value('{"id": "<order.id>"}')
    sent_as.select_option("text")
    expect(body).to_have_value("plain <order.id>")


def test_codes_are_chips_with_their_effect_in_words(open_step: Open, studio: Studio) -> None:
    page = open_step()
    retry = field(page, "codes.retry")
    retry.get_by_label("Retry", exact=True).press_sequentially("5xx")
    page.keyboard.press("Enter")
    expect(retry.locator("[data-effect]")).to_contain_text("5xx: tried again up to 5 times")
    held(page, studio, lambda one: "5xx" in one["with"].get("codes", {}).get("retry", []))
    retry.get_by_role("button", name="Back to the default").click()
    expect(retry.locator("[data-chip='5xx']")).to_have_count(0)
    held(page, studio, lambda one: "codes" not in one["with"])


def test_faults_stand_at_their_fields_and_go_with_them(open_step: Open) -> None:
    page = open_step()
    page.locator("summary", has_text="More").click()
    timeout = page.get_by_label("Timeout", exact=True)
    timeout.fill("soon")
    expect(field(page, "timeout").locator("[data-faults]")).to_contain_text("500ms, 15s or 1h30m")
    expect(timeout).to_have_attribute("aria-invalid", "true")
    timeout.fill("20s")
    expect(field(page, "timeout").locator("[data-faults]")).to_be_empty()


def test_a_curl_command_fills_the_step_in_one_step_to_undo(open_step: Open) -> None:
    page = open_step()
    command = "curl -X PUT https://api.example/items/7 -H 'X-Token: t' -d '{\"a\": 1}'"
    page.get_by_label("URL").focus()
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          const options = {clipboardData: data, bubbles: true, cancelable: true};
          document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
        }""",
        command,
    )
    expect(page.get_by_label("URL")).to_have_value("https://api.example/items/7")
    expect(labelled(page, "Method")).to_have_value("PUT")
    page.locator("#undo").click()
    expect(page.get_by_label("URL")).to_have_value("https://partner.example/orders/<order.id>")
    expect(labelled(page, "Method")).to_have_value("")


ODD: dict[str, Any] = {
    "method": 5,
    "url": "line\nbreak \r <a>",
    "query": {"n": 1, "list": [1, "<a>"], "empty": "", "five": "5", "none": None, "é": "{{ x }}"},
    "headers": "not an object",
    "body": "{{ order.id }}",
    "codes": {"retry": [], "halt": ["401"]},
    "timeout": " 15s",
    "redirects": "3",
    "max_response": 1.5,
    "sign": {},
    "wait": False,
    "own": {"deep": [{"a": None}]},
}


def test_the_browser_reads_from_a_form_what_the_draft_has(open_step: Open) -> None:
    odd = {**send("sync", "", name="Odd"), "with": ODD, "retry": {"attempts": "2", "jitter": 0}}
    page = open_step("Odd", make_document(odd, step("answer", "respond", {})))
    differing = page.evaluate(
        """async (step) => {
          const main = document.querySelector('script[src$="builder/main.js"]').src;
          const from = (name) => import(main.replace("main.js", `fields/${name}`));
          const {ownersIn, valueOf, keysOf} = await from("reading.js");
          const {valueAt, same} = await from("places.js");
          const owners = ownersIn(document.getElementById("inspector-configure"));
          if (owners.length < 20) throw new Error("the form is not whole");
          const differs = (one) => !same(valueOf(one), valueAt(step, keysOf(one)));
          return owners.filter(differs).map((one) => one.dataset.path);
        }""",
        odd,
    )
    assert differing == []
