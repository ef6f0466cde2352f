"""The kinds of authentication of a sending step, chosen and filled in in the inspector."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Studio
from tests.support.inspector import field, held, labelled, open_in_inspector

Open = Callable[..., Page]


@pytest.fixture
def open_step(page: Page, studio: Studio, request: pytest.FixtureRequest) -> Open:
    """Opens a step of a draft in the inspector, with a sample event."""
    return partial(open_in_inspector, page, studio, request.node.name)


def auth_of(step: Any) -> Any:
    return step["with"].get("auth")


def test_a_kind_is_chosen_filled_in_and_saved(open_step: Open, studio: Studio) -> None:
    page = open_step()
    kind = labelled(page, "Authentication")
    expect(kind.locator("option:checked")).to_have_text("Nothing is added")

    kind.select_option(label="OAuth 2 (client credentials)")
    labelled(page, "Token URL").fill("https://login.partner.example/token")
    labelled(page, "Client id").fill("shop")
    field(page, "auth.secret").get_by_label("Secret").fill("NO_SUCH_SECRET")
    labelled(page, "Client authentication").select_option("body")

    wanted = {
        "type": "oauth2",
        "token_url": "https://login.partner.example/token",
        "client_id": "shop",
        "secret": "NO_SUCH_SECRET",
        "client_auth": "body",
    }
    held(page, studio, lambda step: auth_of(step) == wanted)
    expect(field(page, "auth.secret")).to_contain_text("There is no secret of this name yet")


def test_what_was_filled_in_comes_back_with_its_kind(open_step: Open, studio: Studio) -> None:
    page = open_step()
    kind = labelled(page, "Authentication")
    kind.select_option("basic")
    labelled(page, "User").fill("shop")
    field(page, "auth.secret").get_by_label("Secret").fill("PASSWORD")

    kind.select_option("bearer")
    held(page, studio, lambda step: auth_of(step) == {"type": "bearer", "secret": "PASSWORD"})
    expect(labelled(page, "User")).to_have_count(0)

    kind.select_option("basic")
    expect(labelled(page, "User")).to_have_value("shop")
    held(page, studio, lambda step: auth_of(step).get("user") == "shop")


def test_a_fault_stands_at_its_field(open_step: Open) -> None:
    page = open_step()
    kind = labelled(page, "Authentication")
    kind.select_option("api-key")
    field(page, "auth.secret").get_by_label("Secret").fill("KEY")
    header = field(page, "auth.header")
    expect(header.locator("[data-faults]")).to_contain_text("name the header or the query")

    header.get_by_label("Header", exact=True).fill("X-Order")
    expect(header.locator("[data-faults]")).to_be_empty()
    expect(field(page, "headers")).to_contain_text(re.compile("X-Order is set by auth"))
