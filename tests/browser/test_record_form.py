"""A record's form in a browser: fields and JSON in step, and nothing lost on the way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Studio

SCHEMA = {
    "properties": {
        "name": {"type": "string"},
        "email": {"type": "string", "format": "email"},
        "level": {"enum": [1, 2, 3]},
        "total": {"type": "number"},
        "active": {"type": "boolean"},
        "address": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
    "required": ["name"],
}


@pytest.fixture
def customers(studio: Studio, request: pytest.FixtureRequest) -> str:
    """A collection of this test's own; its name."""
    name = request.node.name.replace("_", "-")[:90]
    made = studio.server.call("PUT", f"/api/v1/collections/{name}", SCHEMA)
    assert made.status == 201
    return name


def written(page: Page) -> Any:
    """What the JSON of the form says."""
    return json.loads(page.locator("#values").input_value())


def kept(studio: Studio, customers: str, record_id: str) -> dict[str, Any]:
    record = studio.server.call("GET", f"/api/v1/records/{customers}/{record_id}").json
    return {name: value for name, value in record.items() if not name.startswith("_")}


def test_a_record_is_filled_in_by_fields(page: Page, studio: Studio, customers: str) -> None:
    page.goto(f"/records/{customers}")
    page.get_by_role("link", name="New record").click()
    page.get_by_label("Id", exact=True).fill("C-1")
    page.get_by_label("name (required)").fill("Ada")
    page.get_by_label("level").select_option("2")
    page.get_by_label("total").fill("12.5")
    page.get_by_label("active").check()
    page.get_by_label("address.city").fill("Oslo")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("The record is made.")).to_be_visible()
    assert kept(studio, customers, "C-1") == {
        "id": "C-1",
        "name": "Ada",
        "level": 2,
        "total": 12.5,
        "active": True,
        "address": {"city": "Oslo"},
    }


def test_fields_and_json_are_in_step_both_ways(page: Page, customers: str) -> None:
    page.goto(f"/records/{customers}/new")
    page.get_by_text("As JSON", exact=True).click()
    text = page.locator("#values")

    text.fill('{"name": "Ada", "level": 3, "more": [1], "address": {"city": "Oslo"}}')
    expect(page.get_by_label("level")).to_have_value("3")
    expect(page.get_by_label("address.city")).to_have_value("Oslo")

    page.get_by_label("address.city").fill("")
    page.get_by_label("level").select_option("")
    page.get_by_label("name (required)").fill("")
    assert written(page) == {"name": "", "more": [1]}

    text.fill('{"name": "Ada", ')
    expect(page.get_by_label("name (required)")).to_be_disabled()
    expect(text).to_have_attribute("aria-invalid", "true")
    text.fill('{"name": "Bob"}')
    expect(page.get_by_label("name (required)")).to_have_value("Bob")
    expect(page.get_by_label("name (required)")).to_be_enabled()


def test_a_fault_leads_back_to_its_field(page: Page, studio: Studio, customers: str) -> None:
    page.goto(f"/records/{customers}/new")
    page.get_by_label("name (required)").fill("Ada")
    page.get_by_label("email").fill("no address")
    page.get_by_role("button", name="Save").click()

    email = page.get_by_label("email")
    expect(email).to_have_value("no address")
    expect(email).to_have_attribute("aria-invalid", "true")
    email.fill("ada@shop.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The record is made.")).to_be_visible()


def test_a_search_shows_what_fits_while_one_types(
    page: Page, studio: Studio, customers: str
) -> None:
    for record_id, city in (("C-1", "Oslo"), ("C-2", "Rome")):
        path = f"/api/v1/records/{customers}/{record_id}"
        assert studio.server.call("PUT", path, {"name": "Ada", "city": city}).status == 201
    page.goto(f"/records/{customers}")
    expect(page.get_by_role("link", name="C-2")).to_be_visible()

    page.get_by_label("For").fill("oslo")

    expect(page.get_by_role("link", name="C-2")).to_be_hidden()
    expect(page.get_by_role("link", name="C-1")).to_be_visible()


def test_of_two_windows_the_second_is_told_and_keeps_what_was_typed(
    page: Page, studio: Studio, customers: str
) -> None:
    path = f"/api/v1/records/{customers}/C-1"
    studio.server.call("PUT", path, {"name": "Ada"})
    page.goto(f"/records/{customers}/rows/C-1")
    studio.server.call("PATCH", path, {"total": 7})

    page.get_by_label("name (required)").fill("Mine")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("alert")).to_contain_text("Somebody else changed it")
    expect(page.get_by_label("The record as it is now")).to_contain_text('"total": 7')
    expect(page.get_by_label("name (required)")).to_have_value("Mine")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The record is saved.")).to_be_visible()
    assert kept(studio, customers, "C-1") == {"id": "C-1", "name": "Mine"}
