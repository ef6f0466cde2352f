"""Exported automations that are dropped on a page."""

from __future__ import annotations

import json
import re

from playwright.sync_api import JSHandle, Page, expect

from tests.support.automations import on_webhook
from tests.support.browser import ready

FILE = """text => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], "orders.json", {type: "application/json"}));
  return transfer;
}"""


def exported(page: Page, name: str) -> JSHandle:
    document = {**on_webhook("dropped"), "name": name}
    return page.evaluate_handle(FILE, json.dumps(document))


def test_a_file_that_is_dropped_on_the_list_is_brought_in(page: Page) -> None:
    page.goto("/automations")
    carried = exported(page, "Dropped on the list")
    page.dispatch_event("#automations", "dragover", {"dataTransfer": carried})
    expect(page.locator("#content")).to_have_class(re.compile("dropping"))

    page.dispatch_event("#automations", "drop", {"dataTransfer": carried})

    page.wait_for_url(re.compile(r"/automations/[0-9a-f-]{36}$"))
    ready(page)
    expect(page.get_by_label("Name of the automation")).to_have_value("Dropped on the list")


def test_on_the_way_to_a_new_one_a_dropped_file_is_chosen_first(page: Page) -> None:
    page.goto("/automations/new")
    carried = exported(page, "Dropped on the form")

    page.dispatch_event("[data-file-drop]", "drop", {"dataTransfer": carried})

    expect(page.get_by_label("An exported automation")).to_have_value(re.compile("orders.json"))
    page.get_by_role("button", name="Bring it in").click()
    ready(page)
    expect(page.get_by_label("Name of the automation")).to_have_value("Dropped on the form")
