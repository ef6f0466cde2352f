"""Automations over HTTP: drafts, versions, preconditions, pages."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from engine.automation_changes import AutomationDetail
from engine.automations import AutomationService
from tests.support.builders import on_schedule
from tests.support.site import Caller, Site

Make = Callable[..., dict[str, Any]]
ORDERS = "/api/v1/automations/orders"


def test_a_draft_is_made_published_and_changed_without_breaking_what_is_live(
    site: Site, admin: Caller, document: Make
) -> None:
    created = admin("PUT", ORDERS, json=document())
    assert created.status_code == 201
    assert created.headers["Location"] == ORDERS
    assert created.json["draft"] == document()
    assert (created.json["version"], created.json["published"]) == (None, None)
    assert site.anybody.post("/hooks/acme/orders", json={}).status_code == 404

    published = admin("POST", f"{ORDERS}/publish").json
    assert (published["version"], published["draft"]) == (1, None)
    assert published["published"] == document()
    assert published["enabled"] is True

    changed = admin("PUT", ORDERS, json={"format": "penstock/1", "name": "Half done"})
    assert changed.status_code == 200
    assert changed.json["name"] == "Half done"
    assert changed.json["published"] == document()
    assert changed.json["faults"] == [{"path": "$.trigger", "message": "is missing"}]
    assert site.anybody.post("/hooks/acme/orders", json={}).status_code == 200


def test_publish_tells_every_fault_at_once(admin: Caller, document: Make) -> None:
    faulty = document(settings={"timeout": "soon"}, colour="red")
    admin("PUT", ORDERS, json=faulty)
    refused = admin("POST", f"{ORDERS}/publish")
    assert refused.status_code == 422
    assert [error["path"] for error in refused.json["errors"]] == [
        "$.colour",
        "$.settings.timeout",
    ]
    assert refused.json["errors"] == admin("GET", ORDERS).json["faults"]


def test_without_a_draft_there_is_nothing_to_publish(
    admin: Caller, publish: Callable[..., None]
) -> None:
    publish("orders")
    assert admin("POST", f"{ORDERS}/publish").status_code == 409


def test_a_posted_automation_gets_an_id_and_a_place(admin: Caller, document: Make) -> None:
    created = admin("POST", "/api/v1/automations", json=document())
    assert created.status_code == 201
    assert created.headers["Location"] == f"/api/v1/automations/{created.json['id']}"
    assert admin("GET", created.headers["Location"]).json == created.json


def test_an_id_that_the_pages_use_is_refused_in_words(admin: Caller, document: Make) -> None:
    refused = admin("PUT", "/api/v1/automations/new", json=document())

    assert refused.status_code == 422
    [fault] = refused.json["errors"]
    assert fault["path"] == "path.automation_id"
    assert fault["message"].endswith("new cannot be used")
    assert admin("GET", "/api/v1/automations/new").status_code == 404


def test_what_was_read_is_changed_only_while_it_stands(admin: Caller, document: Make) -> None:
    read = admin("PUT", ORDERS, json=document()).headers["ETag"]
    mine = admin("PUT", ORDERS, json=document(), headers={"If-Match": read})
    assert mine.status_code == 200
    assert mine.headers["ETag"] != read

    late = {"If-Match": read}
    assert admin("PUT", ORDERS, json={}, headers=late).status_code == 412
    assert admin("POST", f"{ORDERS}/publish", headers=late).status_code == 412
    assert admin("POST", f"{ORDERS}/disable", headers=late).status_code == 412
    assert admin("DELETE", ORDERS, headers=late).status_code == 412

    now = admin("GET", ORDERS)
    assert now.headers["ETag"] == mine.headers["ETag"]
    assert now.json["draft"] == document()


@pytest.mark.parametrize("tags", ['"7", "1"', "*", '"1"'])
def test_a_precondition_may_name_several_revisions_or_any(
    admin: Caller, document: Make, tags: str
) -> None:
    admin("PUT", ORDERS, json=document())
    assert admin("PUT", ORDERS, json={}, headers={"If-Match": tags}).status_code == 200


@pytest.mark.parametrize("tags", ['W/"1"', '"2"', '"01"', '"one"', "", '"'])
def test_a_precondition_that_names_no_revision_holds_never(
    admin: Caller, document: Make, tags: str
) -> None:
    admin("PUT", ORDERS, json=document())
    assert admin("PUT", ORDERS, json={}, headers={"If-Match": tags}).status_code == 412


class Racing:
    """Automations that somebody else changes as soon as they were read."""

    def __init__(self, automations: AutomationService) -> None:
        self._automations = automations

    def get(self, tenant: str, automation_id: str) -> AutomationDetail:
        detail = self._automations.get(tenant, automation_id)
        self._automations.put(tenant, automation_id, {"name": "Theirs"})
        return detail

    def __getattr__(self, name: str) -> Any:
        return getattr(self._automations, name)


def test_a_change_in_the_moment_between_reading_and_writing_is_not_lost(
    site: Site, admin: Caller, document: Make
) -> None:
    admin("PUT", ORDERS, json=document())
    racing: Any = Racing(site.service.automations)
    service = dataclasses.replace(site.service, automations=racing)
    late = Caller(site.with_service(service).test_client(), admin.key)
    assert late("PUT", ORDERS, json=document(), headers={"If-Match": '"1"'}).status_code == 412
    assert admin("GET", ORDERS).json["name"] == "Theirs"


def test_if_match_never_makes_an_automation(admin: Caller) -> None:
    assert admin("PUT", ORDERS, json={}, headers={"If-Match": "*"}).status_code == 412
    assert admin("GET", ORDERS).status_code == 404


def test_if_none_match_never_replaces_a_draft(admin: Caller, document: Make) -> None:
    only_new = {"If-None-Match": "*"}
    assert admin("PUT", ORDERS, json=document(), headers=only_new).status_code == 201
    assert admin("PUT", ORDERS, json={}, headers=only_new).status_code == 412
    assert admin("PUT", ORDERS, json={}, headers={"If-None-Match": '"1"'}).status_code == 422
    assert admin("GET", ORDERS).json["draft"] == document()


def test_a_disabled_automation_stays_so_when_it_is_published(
    site: Site, admin: Caller, publish: Callable[..., None], document: Make
) -> None:
    publish("orders")
    assert admin("POST", f"{ORDERS}/disable").json["enabled"] is False
    admin("PUT", ORDERS, json=document(name="Second"))
    assert admin("POST", f"{ORDERS}/publish").json["enabled"] is False
    assert site.anybody.post("/hooks/acme/orders", json={}).status_code == 403
    assert admin("POST", f"{ORDERS}/enable").json["enabled"] is True
    assert site.anybody.post("/hooks/acme/orders", json={}).status_code == 200


def test_a_removed_automation_is_gone(
    site: Site, admin: Caller, publish: Callable[..., None]
) -> None:
    publish("orders")
    removed = admin("DELETE", ORDERS)
    assert (removed.status_code, removed.data) == (204, b"")
    assert admin("GET", ORDERS).status_code == 404
    assert admin("DELETE", ORDERS).status_code == 404
    assert site.anybody.post("/hooks/acme/orders", json={}).status_code == 404


def test_versions_come_newest_first_in_pages(admin: Caller, document: Make) -> None:
    for number in range(1, 6):
        admin("PUT", ORDERS, json=document(name=f"Orders {number}"))
        admin("POST", f"{ORDERS}/publish")
    pages = list(walk(admin, f"{ORDERS}/versions", 2))
    versions = [item for page in pages for item in page]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [version["version"] for version in versions] == [5, 4, 3, 2, 1]
    assert [version["document"]["name"] for version in versions][-1] == "Orders 1"


@pytest.mark.parametrize("cursor", ["0", "-1", "2147483648", "18446744073709551616", "x", "1.5"])
def test_a_versions_cursor_is_a_version(
    admin: Caller, publish: Callable[..., None], cursor: str
) -> None:
    publish("orders")
    refused = admin("GET", f"{ORDERS}/versions?cursor={cursor}")
    assert refused.status_code == 422
    assert [error["path"] for error in refused.json["errors"]] == ["query.cursor"]


def test_automations_come_by_id_in_pages(admin: Caller, document: Make) -> None:
    names = [f"flow-{number}" for number in range(5)]
    for name in reversed(names):
        admin("PUT", f"/api/v1/automations/{name}", json=document(name))
    pages = list(walk(admin, "/api/v1/automations", 2))
    assert [len(page) for page in pages] == [2, 2, 1]
    listed = [item for page in pages for item in page]
    assert [item["id"] for item in listed] == names
    one = admin("GET", f"/api/v1/automations/{names[0]}").json
    assert listed[0] == {name: value for name, value in one.items() if name != "faults"}


def walk(caller: Caller, path: str, limit: int) -> Any:
    """The items of each page, up to the last one."""
    cursor = ""
    while True:
        page = caller("GET", f"{path}?limit={limit}{cursor}").json
        yield page["items"]
        if page["next"] is None:
            return
        cursor = f"&cursor={page['next']}"


def test_when_the_clock_starts_it_next_is_told_while_it_is_live(admin: Caller) -> None:
    nightly = "/api/v1/automations/nightly"
    admin("PUT", nightly, json=on_schedule({"at": "2999-12-24T18:00:00+01:00"}))
    assert admin("GET", nightly).json["next_tick_at"] is None

    published = admin("POST", f"{nightly}/publish").json

    assert published["next_tick_at"] == "2999-12-24T17:00:00.000Z"
    assert admin("GET", nightly).json["next_tick_at"] == published["next_tick_at"]
    [listed] = admin("GET", "/api/v1/automations").json["items"]
    assert listed["next_tick_at"] == published["next_tick_at"]
    assert admin("POST", f"{nightly}/disable").json["next_tick_at"] is None


def test_a_scheduled_automation_is_started_by_hand_with_a_tick_of_now(admin: Caller) -> None:
    nightly = "/api/v1/automations/nightly"
    admin("PUT", nightly, json=on_schedule({"at": "2999-12-24T18:00:00+01:00"}))
    admin("POST", f"{nightly}/publish")

    started = admin("POST", f"{nightly}/run")

    assert started.status_code == 202
    run = admin("GET", started.headers["Location"]).json
    assert run["status"] == "succeeded"
    assert run["event"]["body"]["missed"] == 0
    assert run["output"]["at"] == run["event"]["body"]["scheduled_at"]
