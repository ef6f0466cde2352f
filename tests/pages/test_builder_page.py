"""The builder's page and what it asks the server: drafts, conflicts, publishing, versions."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from core.accounts import Role
from tests.support.automations import on_webhook
from tests.support.pages import Browser, signed_in, words
from tests.support.site import Site

ORDERS = "/automations/orders"


@pytest.fixture
def ada(site: Site) -> Browser:
    site.service.automations.put("acme", "orders", on_webhook("orders"))
    return signed_in(site)


def ask(browser: Browser, path: str, body: Any = None, method: str = "POST") -> TestResponse:
    """A call as islands make it."""
    headers = {"X-CSRF-Token": browser.csrf(), "Accept": "application/json"}
    return browser.client.open(path, method=method, json=body, headers=headers)


def data_of(page: TestResponse) -> Any:
    """What the page hands to its scripts."""
    found = re.search(r'id="builder-data">(.*?)</script>', page.text, re.DOTALL)
    assert found
    return json.loads(found[1])


def renamed(name: str) -> dict[str, Any]:
    return {**on_webhook("orders"), "name": name}


def test_the_page_has_the_draft_its_sketch_and_what_can_be_added(ada: Browser):
    data = data_of(ada.get(ORDERS))
    assert data["document"] == on_webhook("orders")
    assert data["sketch"]["steps"]["note"]["action"] == "set-values"
    assert "send-webhook" in [action["name"] for action in data["catalog"]["actions"]]
    assert data["automation"]["revision"] == 1
    assert data["may_build"] is True


def test_nothing_in_a_document_can_end_the_script_that_holds_it(site: Site, ada: Browser):
    evil = {**on_webhook("orders"), "name": "</script><script>alert(1)</script>"}
    site.service.automations.put("acme", "orders", evil)
    page = ada.get(ORDERS)
    assert "<script>alert" not in page.text
    assert data_of(page)["document"] == evil


def test_a_draft_is_kept_with_its_faults(site: Site, ada: Browser):
    broken = {**on_webhook("orders"), "steps": [{"id": "sync", "action": "send-webhook"}]}
    answer = ask(ada, f"{ORDERS}/draft", {"document": broken, "revision": 1})
    assert answer.status_code == 200
    assert answer.json["automation"]["revision"] == 2
    assert {fault["step"] for fault in answer.json["sketch"]["faults"]} >= {"sync"}
    assert site.service.automations.get("acme", "orders").automation.draft == broken


def test_the_second_of_two_editors_is_told_who_changed_what_and_overwrites_nothing(
    site: Site, ada: Browser
):
    grace = signed_in(site, Role.IMPLEMENTER)
    base = on_webhook("orders")
    theirs = {**base, "steps": [*base["steps"], {"id": "stop", "action": "stop"}]}
    assert ask(grace, f"{ORDERS}/draft", {"document": theirs, "revision": 1}).status_code == 200
    late = {"document": renamed("Mine"), "revision": 1, "base": base}
    conflict = ask(ada, f"{ORDERS}/draft", late)
    assert conflict.status_code == 412
    assert conflict.json["by"] == "Implementer"
    assert conflict.json["changes"] == ["step stop added"]
    assert conflict.json["document"] == theirs
    assert site.service.automations.get("acme", "orders").automation.draft == theirs


def test_an_open_builder_learns_that_the_automation_was_changed(site: Site, ada: Browser):
    assert "document" not in ask(ada, f"{ORDERS}/revision?known=1", method="GET").json
    site.service.automations.put("acme", "orders", renamed("By a program"))
    found = ask(ada, f"{ORDERS}/revision?known=1", method="GET").json
    assert found["automation"]["revision"] == 2
    assert found["document"]["name"] == "By a program"


def test_before_publishing_the_differences_to_what_is_live_are_shown(site: Site, ada: Browser):
    site.service.versions.publish("acme", "orders")
    site.service.automations.put("acme", "orders", renamed("Orders of shops"))
    review = words(ada.get(f"{ORDERS}/publish"))
    assert "Publish version 2?" in review
    assert "Orders of shops" in review
    published = ask(ada, f"{ORDERS}/publish", {"revision": 3})
    assert published.json["automation"]["published"] == 2


def test_faults_that_are_in_the_way_of_publishing_are_listed(site: Site, ada: Browser):
    site.service.automations.put("acme", "orders", {**on_webhook("orders"), "name": ""})
    assert "$.name" in words(ada.get(f"{ORDERS}/publish"))
    refused = ask(ada, f"{ORDERS}/publish", {"revision": 2})
    assert refused.status_code == 422
    assert [error["path"] for error in refused.json["errors"]] == ["$.name"]


def test_a_path_that_another_automation_has_is_told_before_publishing(site: Site, ada: Browser):
    site.service.automations.put("acme", "first", on_webhook("orders"))
    site.service.versions.publish("acme", "first")
    assert "is taken by automation first" in words(ada.get(f"{ORDERS}/publish"))


def test_what_somebody_else_changed_meanwhile_is_not_published(site: Site, ada: Browser):
    site.service.automations.put("acme", "orders", renamed("Theirs"))
    assert ask(ada, f"{ORDERS}/publish", {"revision": 1}).status_code == 412


def test_an_automation_is_disabled_and_enabled(ada: Browser, site: Site):
    for enabled in (False, True):
        answer = ask(ada, f"{ORDERS}/enabled", {"enabled": enabled})
        assert answer.json["automation"]["enabled"] is enabled
        assert site.service.automations.get("acme", "orders").automation.enabled is enabled


def test_discarding_the_draft_goes_back_to_what_is_live(site: Site, ada: Browser):
    site.service.versions.publish("acme", "orders")
    site.service.automations.put("acme", "orders", renamed("A try"))
    answer = ask(ada, f"{ORDERS}/discard", {"revision": 3})
    assert answer.json["document"] == on_webhook("orders")
    assert answer.json["automation"]["has_draft"] is False


def test_a_draft_that_is_all_there_is_cannot_be_discarded(ada: Browser):
    assert ask(ada, f"{ORDERS}/discard", {"revision": 1}).status_code == 409


def test_versions_tell_what_each_changed_and_an_old_one_becomes_the_draft(site: Site, ada: Browser):
    site.service.versions.publish("acme", "orders")
    site.service.automations.put("acme", "orders", renamed("Orders of shops"))
    site.service.versions.publish("acme", "orders")
    versions = words(ada.get(f"{ORDERS}/versions"))
    assert versions.index("Version 2") < versions.index("Version 1")
    assert "Orders of shops" in versions
    assert ada.send(f"{ORDERS}/versions/1/restore").status_code == 303
    detail = site.service.automations.get("acme", "orders")
    assert detail.automation.draft == on_webhook("orders")
    assert detail.automation.published == 2


@pytest.mark.parametrize("number", ["0", "9", "x", "1" * 30, "-1"])
def test_a_version_that_is_not_there_is_a_page_that_says_so(ada: Browser, number: str):
    answer = ada.get(f"{ORDERS}/versions/{number}")
    assert answer.status_code == 404
    assert "no version" in words(answer)


@pytest.mark.parametrize(
    "body", [[], {"document": []}, {"document": {}}, {"document": {}, "revision": "1"}]
)
def test_a_body_of_another_form_is_refused_with_its_field(ada: Browser, body: Any):
    answer = ask(ada, f"{ORDERS}/draft", body)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["path"].startswith("$")


def test_another_tenants_automation_is_not_there(site: Site, ada: Browser):
    stranger = signed_in(site, tenant="globex")
    for path in (ORDERS, f"{ORDERS}/versions", f"{ORDERS}/publish"):
        assert stranger.get(path).status_code == 404
    assert ask(stranger, f"{ORDERS}/draft", {"document": {}, "revision": 1}).status_code != 200
    assert site.service.automations.get("acme", "orders").automation.revision == 1
