"""Choosing a provider's signature in the builder: the scheme, its secrets, who may call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Studio
from tests.support.builders import make_document
from tests.support.inspector import field, labelled, open_in_inspector
from tests.support.waiting import eventually

DOCUMENT = make_document(
    trigger={"type": "webhook", "with": {"path": "orders"}, "next": ["answer"]}
)


@pytest.fixture
def trigger(page: Page, studio: Studio, request: pytest.FixtureRequest) -> Page:
    """The trigger of a draft, open in the inspector; there is a secret GITHUB_SECRET."""
    studio.server.call("PUT", "/api/v1/secrets/GITHUB_SECRET", {"value": "a long secret"})
    return open_in_inspector(page, studio, request.node.name, "Webhook", DOCUMENT)


def held(page: Page, studio: Studio, check: Callable[[Any], bool]) -> None:
    """Waits until the server keeps a trigger of whose `with` `check` is true."""
    automation = page.url.rpartition("/")[2]
    eventually(lambda: check(studio.draft(automation)["trigger"]["with"]))


def test_a_scheme_and_its_secrets_are_chosen(trigger: Page, studio: Studio) -> None:
    labelled(trigger, "Authentication").select_option(label="Signature of a provider")
    scheme = labelled(trigger, "Scheme")
    expect(scheme.locator("option")).to_have_text(
        [
            "Choose …",
            "Standard Webhooks",
            "GitHub",
            "Stripe",
            "Slack",
            "Shopify",
            "Twilio",
            "HubSpot v3",
        ]
    )
    scheme.select_option(label="Slack")
    expect(field(trigger, "auth.scheme")).to_contain_text("the app's Signing Secret")
    scheme.select_option(label="GitHub")
    expect(field(trigger, "auth.scheme")).to_contain_text("GitHub signs the body")
    expect(trigger.get_by_text("the app's Signing Secret")).to_be_hidden()

    secrets = field(trigger, "auth.secrets")
    secrets.get_by_role("button", name="Add").click()
    name = secrets.locator("input")
    expect(name).to_be_focused()
    name.fill("GITHUB_OLD")
    expect(secrets.get_by_text("There is no secret of one of these names")).to_be_visible()
    name.fill("GITHUB_SECRET")
    expect(secrets.get_by_text("There is no secret of one of these names")).to_be_hidden()

    auth = {"type": "signature", "scheme": "github", "secrets": ["GITHUB_SECRET"]}
    held(trigger, studio, lambda kept: kept.get("auth") == auth)


def test_what_one_scheme_does_not_take_is_told_at_its_field(trigger: Page) -> None:
    labelled(trigger, "Authentication").select_option(label="Signature of a provider")
    labelled(trigger, "Scheme").select_option(label="GitHub")
    field(trigger, "auth.secrets").get_by_role("button", name="Add").click()
    field(trigger, "auth.secrets").locator("input").fill("GITHUB_SECRET")
    labelled(trigger, "Tolerance").fill("10m")

    expect(field(trigger, "auth.tolerance")).to_contain_text("GitHub signs no moment of sending")
    labelled(trigger, "Scheme").select_option(label="Stripe")
    expect(field(trigger, "auth.tolerance")).not_to_contain_text("signs no moment")


def test_who_may_call_is_a_list_of_networks(trigger: Page, studio: Studio) -> None:
    trigger.locator("#inspector-configure details[data-fold] > summary").first.click()
    networks = field(trigger, "allow_ips")
    networks.locator("[data-add]").click()
    networks.locator("input").fill("203.0.113.9/24")
    expect(networks).to_contain_text("names a host inside a network; write 203.0.113.0/24")
    networks.locator("input").fill("203.0.113.0/24")
    expect(networks).not_to_contain_text("names a host")

    held(trigger, studio, lambda kept: kept.get("allow_ips") == ["203.0.113.0/24"])
