"""Keys in quarantine over the API: what is held is looked at, edited, discarded and released."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.quarantine import failing_document, hold_a_key, post_fragile
from tests.support.site import Caller, Site, assert_problem
from tests.support.waiting import eventually

QUARANTINE = "/api/v1/quarantine"


def events(admin: Caller, quarantine_id: str, **query: Any) -> dict[str, Any]:
    answered = admin("GET", f"{QUARANTINE}/{quarantine_id}/events", query_string=query)
    assert answered.status_code == 200, answered.text
    page: dict[str, Any] = answered.json
    return page


def numbers(page: dict[str, Any]) -> list[int]:
    return [item["event"]["body"]["n"] for item in page["items"]]


def test_what_is_held_is_listed_by_automation_and_key_in_order(site: Site, admin: Caller) -> None:
    key = "a/b ?&#%ü <x>"
    quarantine_id = hold_a_key(site, admin, key, waiting=3)

    [held] = admin("GET", QUARANTINE).json["items"]

    assert (held["id"], held["automation_id"], held["key"]) == (quarantine_id, "fragile", key)
    assert (held["failures"], held["held"]) == (1, 3)
    assert "no such customer" in held["error"]
    assert numbers(events(admin, quarantine_id)) == [0, 1, 2]
    page = events(admin, quarantine_id)
    assert [one["run_id"] for one in held["events"]] == [one["run_id"] for one in page["items"]]
    run = admin("GET", f"/api/v1/runs/{held['events'][0]['run_id']}").json
    assert (run["status"], run["quarantine_id"]) == ("held", quarantine_id)
    without_events = {name: value for name, value in held.items() if name != "events"}
    assert admin("GET", f"{QUARANTINE}/{quarantine_id}").json == without_events


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"key": "bad"}, 1),
        ({"key": "other"}, 0),
        ({"automation": "fragile", "key": "bad"}, 1),
        ({"automation": "orders"}, 0),
    ],
)
def test_the_list_is_filtered(site: Site, admin: Caller, query: dict[str, str], found: int) -> None:
    hold_a_key(site, admin)

    assert len(admin("GET", QUARANTINE, query_string=query).json["items"]) == found


def test_held_events_come_in_pages(site: Site, admin: Caller) -> None:
    quarantine_id = hold_a_key(site, admin, waiting=3)

    first = events(admin, quarantine_id, limit=2)
    second = events(admin, quarantine_id, limit=2, cursor=first["next"])

    assert numbers(first) + numbers(second) == [0, 1, 2]
    assert second["next"] is None


def test_a_release_runs_what_is_held_and_repeats_what_failed(site: Site, admin: Caller) -> None:
    quarantine_id = hold_a_key(site, admin, waiting=2)
    fixed = failing_document(
        steps=[{"id": "choose", "action": "set-values", "with": {"values": {"n": 1}}}]
    )
    admin("PUT", "/api/v1/automations/fragile", json=fixed)
    admin("POST", "/api/v1/automations/fragile/publish")

    options = {"replay_failed": True, "live_version": True}
    released = admin("POST", f"{QUARANTINE}/{quarantine_id}/release", json=options)

    assert released.status_code == 200, released.text
    assert released.json["released"] == 2
    [replay] = released.json["replayed"]
    assert released.json["left_out"] == []

    def all_ended() -> list[dict[str, Any]]:
        runs = admin("GET", "/api/v1/runs?automation=fragile&status=succeeded").json["items"]
        return runs if len(runs) == 3 else []

    runs = sorted(eventually(all_ended), key=lambda run: run["started_at"])
    assert runs[0]["id"] == replay
    assert {run["version"] for run in runs} == {2}
    assert admin("POST", f"{QUARANTINE}/{quarantine_id}/release").status_code == 404


def test_held_events_are_discarded_one_or_all(site: Site, admin: Caller) -> None:
    quarantine_id = hold_a_key(site, admin, waiting=4)
    run_id = events(admin, quarantine_id)["items"][1]["run_id"]
    address = f"{QUARANTINE}/{quarantine_id}/discard"

    one = admin("POST", address, json={"run_id": run_id, "reason": "a test"})

    assert one.json == {"discarded": 1}
    assert admin("GET", f"/api/v1/runs/{run_id}").json["error"].endswith(": a test")
    assert numbers(events(admin, quarantine_id)) == [0, 2, 3]
    assert admin("POST", address, json={"run_id": run_id}).status_code == 409
    assert admin("POST", address).json == {"discarded": 3}
    assert admin("GET", f"{QUARANTINE}/{quarantine_id}").json["held"] == 0


def test_an_edited_body_is_used_and_what_came_is_kept(site: Site, admin: Caller) -> None:
    quarantine_id = hold_a_key(site, admin, waiting=1)
    [item] = events(admin, quarantine_id)["items"]
    address = f"{QUARANTINE}/{quarantine_id}/events/{item['run_id']}"

    edited = admin("PUT", address, json={"customer": "good", "n": 7})

    assert edited.status_code == 200, edited.text
    assert edited.json["event"]["body"] == {"customer": "good", "n": 7}
    assert edited.json["event"]["replaces"] == edited.json["original"]["id"]
    assert edited.json["original"]["body"] == {"customer": "bad", "n": 0}
    admin("POST", f"{QUARANTINE}/{quarantine_id}/release")

    def output() -> Any:
        return admin("GET", f"/api/v1/runs/{item['run_id']}").json["output"]

    assert eventually(output) == {"n": 7}
    assert_problem(admin("PUT", address, json={"n": 8}))


def test_bad_requests_are_refused_in_words(site: Site, admin: Caller) -> None:
    quarantine_id = hold_a_key(site, admin, waiting=1)
    address = f"{QUARANTINE}/{quarantine_id}"
    run_id = events(admin, quarantine_id)["items"][0]["run_id"]

    for answered in (
        admin("POST", f"{address}/release", json={"replay_failed": "yes"}),
        admin("POST", f"{address}/release", json={"all": True}),
        admin("POST", f"{address}/discard", json={"reason": ""}),
        admin("POST", f"{address}/discard", json={"run_id": "nothing"}),
        admin("PUT", f"{address}/events/{run_id}", data=b"{'n': 1}"),
        admin("GET", f"{address}/events", query_string={"cursor": "x"}),
        admin("GET", f"{QUARANTINE}/nothing"),
    ):
        assert_problem(answered)
    assert numbers(events(admin, quarantine_id)) == [0]


def test_a_later_event_of_a_held_key_is_accepted_as_always(site: Site, admin: Caller) -> None:
    hold_a_key(site, admin)

    run_id = post_fragile(site, "bad", n=1)
    other = post_fragile(site, "good", n=2)

    assert admin("GET", f"/api/v1/runs/{run_id}").json["status"] == "held"

    def status() -> bool:
        return bool(admin("GET", f"/api/v1/runs/{other}").json["status"] == "succeeded")

    assert eventually(status)
