"""Trying a draft out in the builder: samples, listening, parts of it, pinned results."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.automations import on_webhook, two_calls
from tests.support.browser import Studio, ready
from tests.support.builders import step
from tests.support.partner import Answer, Partner, open_partner
from tests.support.server import call
from tests.triggers.signing import SIGNERS

ORDER_SCHEMA = {
    "type": "object",
    "required": ["order"],
    "properties": {
        "order": {
            "type": "object",
            "properties": {
                "id": {"type": "string", "examples": ["A-1"]},
                "total": {"type": "number"},
                "kind": {"enum": ["new", "change"]},
            },
        }
    },
}


@pytest.fixture
def partner() -> Iterator[Partner]:
    with open_partner() as opened:
        yield opened


def open_builder(studio: Studio, page: Page, name: str, document: dict[str, Any]) -> None:
    page.goto(studio.automation(name, document))
    ready(page)


def node(page: Page, step_id: str) -> Locator:
    return page.locator(f'#canvas .x6-node[data-cell-id="{step_id}"]').first


def test_the_next_real_request_becomes_the_sample(studio: Studio, page: Page) -> None:
    open_builder(studio, page, "listening", on_webhook("listening"))
    page.locator("#sample-menu > summary").click()
    page.get_by_role("button", name="Listen for the next request").click()
    address = page.locator("#listening-url")
    expect(address).to_have_text(f"{studio.server.url}/hooks/default/listening")
    expect(page.locator("#listening-title")).to_have_text("Listening.")
    answer = call("POST", address.inner_text(), {"order": {"id": "A-1"}})
    assert (answer.status, answer.json["status"]) == (202, "captured")
    expect(page.locator("#listening")).to_be_hidden()
    page.get_by_role("button", name="Try all").click()
    expect(page.locator("#trial-state")).to_contain_text("Succeeded")
    node(page, "note").click()
    page.get_by_role("tab", name="Output").click()
    expect(page.locator("#view-output")).to_contain_text("A-1")


def test_listening_goes_on_and_says_why_a_request_was_refused(studio: Studio, page: Page) -> None:
    document = on_webhook("listening-strict", body_schema=ORDER_SCHEMA)
    open_builder(studio, page, "listening-strict", document)
    page.locator("#sample-menu > summary").click()
    page.get_by_role("button", name="Listen for the next request").click()
    url = page.locator("#listening-url").inner_text()
    assert call("POST", url, {}).status == 400
    expect(page.locator("#listening-state")).to_contain_text("refused with 400")
    page.get_by_role("button", name="Stop listening").click()
    expect(page.locator("#listening")).to_be_hidden()


def test_listening_answers_a_provider_that_asks_whose_address_it_is(
    studio: Studio, page: Page
) -> None:
    slack = next(one for one in SIGNERS if one.scheme == "slack")
    studio.server.call("PUT", "/api/v1/secrets/KEY", {"value": slack.secret})
    open_builder(studio, page, "listening-slack", on_webhook("listening-slack", auth=slack.auth))
    page.locator("#sample-menu > summary").click()
    page.get_by_role("button", name="Listen for the next request").click()
    url = page.locator("#listening-url").inner_text()
    body = b'{"type": "url_verification", "challenge": "3eZbrw1aBm2r"}'
    headers = {"Content-Type": "application/json", **slack.headers(body, int(time.time()))}
    assert call("POST", url, body, headers).json == {"challenge": "3eZbrw1aBm2r"}
    expect(page.locator("#listening-state")).to_contain_text("Slack verified this address")
    page.get_by_role("button", name="Stop listening").click()


def test_a_sample_is_written_by_the_fields_of_the_triggers_schema(
    studio: Studio, page: Page
) -> None:
    open_builder(studio, page, "by-form", on_webhook("by-form", body_schema=ORDER_SCHEMA))
    page.locator("#sample-menu > summary").click()
    page.get_by_role("button", name="Write one by hand").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("order.id")).to_have_value("A-1")
    dialog.get_by_label("order.total").fill("12.5")
    dialog.get_by_label("order.kind").select_option("change")
    dialog.get_by_role("button", name="Save and use it").click()
    samples = studio.server.call
    expect(page.locator("#sample-name")).to_contain_text("Written by hand")
    page.get_by_role("button", name="Try all").click()
    expect(page.locator("#trial-state")).to_contain_text("Succeeded")
    node(page, "note").click()
    page.get_by_role("tab", name="Output").click()
    for text in ("A-1", "12.5", "change"):
        expect(page.locator("#view-output")).to_contain_text(text)
    assert samples("GET", "/api/v1/runs?automation=by-form").json["items"] == []


def test_a_draft_is_tried_up_to_a_step_and_a_step_alone(
    studio: Studio, page: Page, partner: Partner
) -> None:
    open_builder(studio, page, "in-parts", two_calls("in-parts", partner.url))
    node(page, "first").click()
    page.get_by_role("button", name="Up to Send webhook (first)").click()
    expect(page.locator("#trial-state")).to_contain_text("Succeeded")
    assert [arrival.path for arrival in partner.arrivals] == ["/first"]
    page.get_by_role("button", name="Close the inspector").click()
    node(page, "second").click()
    page.get_by_role("button", name="Only Send webhook (second)").click()
    expect(page.locator("#trial-state")).to_contain_text("Succeeded")
    assert [arrival.path for arrival in partner.arrivals] == ["/first", "/second"]


def test_a_pinned_output_spares_the_partner(studio: Studio, page: Page, partner: Partner) -> None:
    open_builder(studio, page, "pinned", two_calls("pinned", partner.url))
    node(page, "first").click()
    page.get_by_role("button", name="Up to Send webhook (first)").click()
    expect(page.locator("#trial-state")).to_contain_text("Succeeded")
    page.get_by_role("tab", name="Output").click()
    page.get_by_role("button", name="Pin this output").click()
    expect(page.get_by_role("button", name="Unpin")).to_be_visible()
    page.get_by_role("button", name="Try all").click()
    expect(page.locator("#trial-state")).to_contain_text("Succeeded")
    page.reload()
    ready(page)
    page.get_by_role("button", name="Try all").click()
    expect(page.locator("#trial-state")).to_contain_text("Succeeded")
    paths = [arrival.path for arrival in partner.arrivals]
    assert (paths.count("/first"), paths.count("/second")) == (1, 2)


def test_a_failing_partner_is_told_in_words(studio: Studio, page: Page, partner: Partner) -> None:
    partner.answers(Answer(503, {"error": "closed"}))
    open_builder(studio, page, "failing", two_calls("failing", partner.url))
    page.get_by_role("button", name="Try all").click()
    expect(page.locator("#trial-state")).to_contain_text("Failed")
    expect(page.locator("#trial-state")).to_contain_text("503")
    assert len(partner.arrivals) == 1


def test_a_draft_with_faults_is_not_tried_and_the_fault_leads_to_its_step(
    studio: Studio, page: Page
) -> None:
    open_builder(studio, page, "faulty", on_webhook("faulty", step("call", "send-webhook", {})))
    page.get_by_role("button", name="Try all").click()
    expect(page.locator("#trial-state")).to_contain_text("cannot be tried yet")
    page.locator("#trial-end").get_by_role("button").first.click()
    expect(page.locator("#inspector")).to_be_visible()
    expect(page.locator("#view-configure")).to_contain_text("Send webhook")


def test_the_json_beside_the_canvas_is_in_step_both_ways(studio: Studio, page: Page) -> None:
    open_builder(studio, page, "as-json", on_webhook("as-json"))
    page.get_by_role("button", name="JSON").click()
    text = page.get_by_label("Document (penstock/1)")
    changed = (
        text.input_value().replace('"id": "note"', '"id": "noted"').replace('"note"\n', '"noted"\n')
    )
    text.fill(changed)
    expect(node(page, "noted")).to_be_visible()
    text.fill(changed + "}")
    expect(page.locator(".json-message")).to_contain_text("Line")
    expect(node(page, "noted")).to_be_visible()
    text.fill(changed)
    page.get_by_label("Name of the automation").fill("Named above")
    assert '"name": "Named above"' in text.input_value()
    page.get_by_role("button", name="Undo").click()
    assert '"name": "Named above"' not in text.input_value()
