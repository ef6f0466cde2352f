"""Runs over HTTP: how one reads, which are listed, cancel, replay, start by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from core.clock import from_rfc3339, to_rfc3339
from core.states import RunStatus
from engine.failing import Failure
from engine.run_end import Verdict
from tests.support.builders import make_document, make_event, make_run, step
from tests.support.site import Caller, Site
from tests.support.waiting import eventually

RUN_MEMBERS = {
    "id",
    "automation_id",
    "version",
    "event_id",
    "status",
    "error",
    "output",
    "failure",
    "event",
    "steps",
    "created_at",
    "started_at",
    "finished_at",
    "replay_of",
    "order_key",
    "waits_for",
    "quarantine_key",
    "quarantine_id",
    "timing",
}
EVENT_MEMBERS = {
    "id",
    "type",
    "received_at",
    "method",
    "path",
    "query",
    "headers",
    "params",
    "body",
    "replaces",
}
ATTEMPT_MEMBERS = {"number", "started_at", "duration_ms", "request_id", "outcome", "reason"}


def test_a_run_tells_its_event_and_every_step(
    site: Site, admin: Caller, publish: Callable[..., None]
) -> None:
    publish(
        "orders/{shop}",
        step("count", "set-values", {"values": {"total": "{{ order.lines + 1 }}"}}),
    )
    answer = site.anybody.post(
        "/hooks/acme/orders/berlin?a=1&b=2&b=3",
        json={"order": {"lines": 2}},
        headers={"Authorization": "Bearer of-nobody"},
    )
    run = admin("GET", f"/api/v1/runs/{answer.json['run_id']}").json

    assert set(run) == RUN_MEMBERS
    assert (run["automation_id"], run["version"], run["status"]) == ("orders", 1, "succeeded")
    assert (run["output"], run["error"], run["replay_of"]) == ({"total": 3}, None, None)

    event = run["event"]
    assert set(event) == EVENT_MEMBERS
    assert event["id"] == run["event_id"]
    assert (event["type"], event["method"]) == ("webhook", "POST")
    assert event["path"] == "/hooks/acme/orders/berlin"
    assert event["query"] == {"a": "1", "b": ["2", "3"]}
    assert event["params"] == {"shop": "berlin"}
    assert event["body"] == {"order": {"lines": 2}}
    assert "of-nobody" not in event["headers"]["authorization"]

    assert run["failure"] is None
    [counted] = run["steps"]
    [attempt] = counted.pop("attempts")
    assert counted == {
        "id": "count",
        "item": [],
        "status": "succeeded",
        "port": "success",
        "output": {"total": 3},
        "error": None,
        "items": None,
    }
    assert set(attempt) == ATTEMPT_MEMBERS
    assert (attempt["number"], attempt["outcome"]) == (1, "succeeded")


def test_times_are_rfc_3339_in_utc(site: Site, admin: Caller, publish: Callable[..., None]) -> None:
    publish("orders")
    answer = site.anybody.post("/hooks/acme/orders", json={})
    run = admin("GET", f"/api/v1/runs/{answer.json['run_id']}").json
    for name in ("created_at", "started_at", "finished_at"):
        assert run[name].endswith("Z")
        assert datetime.fromisoformat(run[name]).utcoffset() is not None
    assert run["created_at"] <= run["started_at"] <= run["finished_at"]


def stored_run(site: Site, **changes: Any) -> str:
    """A run that nobody executes, as it might stand at any moment; its id."""
    event = make_event()
    run = make_run(event, due_at=None, **changes)
    site.service.store.commit(
        [site.service.store.events.insert(event), site.service.store.runs.insert(run)]
    )
    return run.id


def test_a_run_that_is_about_to_fail_tells_how_it_will_end(site: Site, admin: Caller) -> None:
    run = make_run(make_event(), due_at=None, status=RunStatus.WAITING)
    verdict = Verdict(RunStatus.FAILED, error="sync: 404", step="sync")
    store = site.service.store
    entry = Failure(verdict, run.created_at).entry
    store.commit([store.runs.insert(run), store.runs.keep_step(run, entry)])

    shown = admin("GET", f"/api/v1/runs/{run.id}").json

    assert (shown["status"], shown["error"]) == ("waiting", None)
    assert shown["failure"] == {
        "status": "failed",
        "error": "sync: 404",
        "step": "sync",
        "at": to_rfc3339(run.created_at),
    }
    assert shown["steps"] == []


def test_runs_are_listed_newest_first_in_pages(site: Site, admin: Caller) -> None:
    runs = [stored_run(site) for _ in range(5)]
    shown: list[str] = []
    cursor = ""
    while cursor is not None:
        page = admin("GET", f"/api/v1/runs?limit=2{cursor}").json
        shown += [item["id"] for item in page["items"]]
        cursor = page["next"] and f"&cursor={page['next']}"
    assert shown == runs[::-1]


def test_runs_are_filtered(site: Site, admin: Caller) -> None:
    made_at = from_rfc3339("2026-11-21T09:30:00Z")
    early = stored_run(site, automation_id="early", created_at=made_at)
    late = stored_run(site, created_at=made_at + 1, status=RunStatus.WAITING)

    def listed(**filters: str) -> list[str]:
        answer = admin("GET", "/api/v1/runs", query_string=filters)
        return [item["id"] for item in answer.json["items"]]

    assert listed() == [late, early]
    assert listed(automation="early") == [early]
    assert listed(status="waiting") == [late]
    assert listed(status="held") == []
    assert listed(since=to_rfc3339(made_at + 1)) == [late]
    assert listed(since="2026-11-21T10:30:00.001+01:00") == [late]
    assert listed(until=to_rfc3339(made_at + 1)) == [early]
    assert listed(since=to_rfc3339(made_at), until=to_rfc3339(made_at)) == []


def test_a_run_is_cancelled_once(site: Site, admin: Caller) -> None:
    run_id = stored_run(site, status=RunStatus.WAITING)
    cancelled = admin("POST", f"/api/v1/runs/{run_id}/cancel")
    assert (cancelled.status_code, cancelled.json["status"]) == (200, "cancelled")
    assert admin("GET", f"/api/v1/runs/{run_id}").json["status"] == "cancelled"
    again = admin("POST", f"/api/v1/runs/{run_id}/cancel")
    assert again.status_code == 409
    assert "cancelled" in again.json["detail"]


def test_a_run_that_goes_on_is_not_replayed(site: Site, admin: Caller) -> None:
    run_id = stored_run(site, status=RunStatus.WAITING)
    assert admin("POST", f"/api/v1/runs/{run_id}/replay").status_code == 409


@pytest.mark.parametrize("body", [None, {}, {"from_step": "second"}])
def test_a_replay_is_a_new_run_of_the_same_event(
    site: Site, admin: Caller, publish: Callable[..., None], body: dict[str, str] | None
) -> None:
    first = step("first", "set-values", {"values": {"kept": True}}, next=["second"])
    second = step("second", "set-values", {"values": {"again": True}})
    publish("orders", first, second)
    answer = site.anybody.post("/hooks/acme/orders", json={"order": 7})
    original = answer.json["run_id"]

    options = {} if body is None else {"json": body}
    replayed = admin("POST", f"/api/v1/runs/{original}/replay", **options)
    assert replayed.status_code == 201
    assert replayed.headers["Location"] == f"/api/v1/runs/{replayed.json['id']}"
    assert replayed.json["replay_of"] == original
    assert replayed.json["id"] != original
    run = admin("GET", replayed.headers["Location"]).json
    assert run["event"]["body"] == {"order": 7}
    assert run["event_id"] == admin("GET", f"/api/v1/runs/{original}").json["event_id"]


def test_a_replay_from_a_step_that_is_none_is_refused(
    site: Site, admin: Caller, publish: Callable[..., None]
) -> None:
    publish("orders")
    run_id = site.anybody.post("/hooks/acme/orders", json={}).json["run_id"]
    refused = admin("POST", f"/api/v1/runs/{run_id}/replay", json={"from_step": "nowhere"})
    assert refused.status_code == 422
    assert "mark" in refused.json["detail"]


def test_an_automation_is_started_by_hand(site: Site, admin: Caller) -> None:
    fields = {"properties": {"email": {"type": "string"}}, "required": ["email"]}
    trigger = {"type": "manual", "with": {"fields": fields}, "next": ["answer"]}
    manual = make_document(trigger=trigger)
    path = "/api/v1/automations/welcome"
    admin("PUT", path, json=manual)
    assert admin("POST", f"{path}/run", json={}).status_code == 404
    admin("POST", f"{path}/publish")

    starter = site.caller("acme", "trigger")
    started = starter("POST", f"{path}/run", json={"email": "ada@shop.example"})
    assert started.status_code == 202
    assert started.json["status"] == "accepted"
    run = admin("GET", started.headers["Location"]).json
    assert (run["id"], run["event_id"]) == (started.json["run_id"], started.json["event_id"])
    assert run["event"]["type"] == "manual"
    assert run["event"]["body"] == {"email": "ada@shop.example"}

    refused = starter("POST", f"{path}/run")
    assert refused.status_code == 422
    assert refused.json["errors"][0]["path"] == "$.email"
    admin("POST", f"{path}/disable")
    assert starter("POST", f"{path}/run", json={"email": "x"}).status_code == 409


HALVE = step("halve", "set-values", {"values": {"half": "{{ 10 / item }}"}})


def looping(*body: dict[str, Any], **configuration: Any) -> tuple[dict[str, Any], ...]:
    """A loop over the lines of the event, and the steps of its body."""
    taken = {"items": "<lines>", "on_error": "continue", **configuration}
    return step("lines", "for-each", taken, next={"each": [body[0]["id"]]}), *body


def test_a_loop_is_read_with_its_first_items_and_the_others_in_pages(
    site: Site, admin: Caller, publish: Callable[..., None]
) -> None:
    publish("orders", *looping(HALVE))
    lines = [0 if number == 7 else number + 1 for number in range(53)]
    run_id = site.anybody.post("/hooks/acme/orders", json={"lines": lines}).json["run_id"]

    loop, *body = admin("GET", f"/api/v1/runs/{run_id}").json["steps"]

    assert loop["items"] == {"count": 53, "succeeded": 52, "failed": 1, "waiting": []}
    assert [(one["id"], one["item"]) for one in body] == [("halve", [n]) for n in range(20)]
    assert [one["status"] for one in body].count("failed") == 1
    address = f"/api/v1/runs/{run_id}/steps/lines/items"
    items: list[Any] = []
    cursor = ""
    while cursor is not None:
        page = admin("GET", f"{address}?limit=25{cursor}").json
        items += page["items"]
        cursor = page["next"] and f"&cursor={page['next']}"
    assert [one["item"] for one in items] == [[number] for number in range(53)]
    assert (items[7]["status"], items[7]["output"]) == ("failed", None)
    assert items[7]["error"].startswith("halve: ")
    assert (items[9]["output"], items[9]["steps"][0]["output"]) == ({"half": 1}, {"half": 1})
    assert admin("GET", f"{address}?cursor=99").json == {"items": [], "next": None}


def test_items_of_a_loop_in_a_loop_are_read_by_its_key(
    site: Site, admin: Caller, publish: Callable[..., None]
) -> None:
    inner = step("parts", "for-each", {"items": "<item>"}, next={"each": ["halve"]})
    publish("orders", *looping(inner, HALVE))
    run_id = site.anybody.post("/hooks/acme/orders", json={"lines": [[1], [2, 5]]}).json["run_id"]

    page = admin("GET", f"/api/v1/runs/{run_id}/steps/parts%5B1%5D/items").json

    assert [(one["item"], one["output"]) for one in page["items"]] == [
        ([1, 0], {"half": 5}),
        ([1, 1], {"half": 2}),
    ]
    assert page["items"][0]["steps"][0]["item"] == [1, 0]
    for nothing in ("parts", "parts%5B7%5D", "halve%5B0%5D", "gone"):
        reply = admin("GET", f"/api/v1/runs/{run_id}/steps/{nothing}/items")
        assert reply.status_code == 404, nothing
    assert admin("GET", f"/api/v1/runs/{run_id}/steps/A%20B/items").status_code in (404, 422)


def test_items_that_wait_are_told_of_while_a_loop_goes_on(
    site: Site, admin: Caller, publish: Callable[..., None]
) -> None:
    hold = step("hold", "wait-for-callback", {})
    publish("orders", *looping(hold, concurrency=2), respond="accepted")
    run_id = site.anybody.post("/hooks/acme/orders", json={"lines": [1, 2, 3]}).json["run_id"]

    loop, *body = eventually_waiting(admin, run_id)["steps"]
    page = admin("GET", f"/api/v1/runs/{run_id}/steps/lines/items").json

    assert (loop["status"], loop["output"]) == ("running", None)
    assert loop["items"] == {"count": 3, "succeeded": 0, "failed": 0, "waiting": [0, 1]}
    assert [(one["id"], one["item"], one["status"]) for one in body] == [
        ("hold", [0], "waiting"),
        ("hold", [1], "waiting"),
    ]
    assert [one["status"] for one in page["items"]] == ["waiting", "waiting", "pending"]


def eventually_waiting(admin: Caller, run_id: str) -> Any:
    def waiting() -> Any:
        run = admin("GET", f"/api/v1/runs/{run_id}").json
        return run if run["status"] == "waiting" else None

    return eventually(waiting)
