"""Subscriptions and deliveries over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from core.clock import to_rfc3339
from core.subscriptions import AttemptOutcome, Delivery, DeliveryAttempt, DeliveryStatus
from engine.events.catalogue import EVENT_TYPES
from tests.support.builders import NOW
from tests.support.site import Caller, Site
from tests.support.subscriptions import make_delivery

PATH = "/api/v1/subscriptions"
WRITTEN = {"url": "https://partner.example/hooks", "events": ["run.*"]}
DEAD = DeliveryStatus.DEAD


def subscribe(admin: Caller, **changes: Any) -> dict[str, Any]:
    made = admin("POST", PATH, json={**WRITTEN, **changes})
    assert made.status_code == 201, made.json
    body: dict[str, Any] = made.json
    return body


def keep(site: Site, subscription_id: str, **changes: Any) -> Delivery:
    """A delivery that has come to its end."""
    values = {"status": DEAD, "due_at": None, **changes}
    delivery = make_delivery(subscription_id=subscription_id, **values)
    site.service.store.commit([site.service.store.deliveries.insert(delivery)])
    return delivery


def test_a_secret_is_shown_once(admin: Caller) -> None:
    answer = admin("POST", PATH, json=WRITTEN)
    made = answer.json
    assert made["secret"].startswith("whsec_")
    assert answer.headers["Location"] == f"{PATH}/{made['id']}"
    read = admin("GET", f"{PATH}/{made['id']}")
    assert read.json == {name: value for name, value in made.items() if name != "secret"}
    for shown in (read, admin("GET", PATH), admin("PATCH", f"{PATH}/{made['id']}", json={})):
        assert made["secret"] not in shown.text


def test_it_is_changed_by_a_merge_patch(admin: Caller) -> None:
    made = subscribe(admin, headers={"X-A": "1"}, payload={"a": "<data>"}, scope={"tags": ["t"]})
    path = f"{PATH}/{made['id']}"
    patch = {"headers": {"X-B": "2", "X-A": None}, "payload": None, "enabled": False}
    changed = admin("PATCH", path, json=patch).json
    assert changed["headers"] == {"X-B": "2"}
    assert (changed["payload"], changed["enabled"]) == (None, False)
    assert changed["scope"] == {"automations": [], "tags": ["t"]}
    refused = admin("PATCH", path, json={"events": ["run*"], "url": "x"})
    assert refused.status_code == 422
    assert [one["path"] for one in refused.json["errors"]] == ["$.events[0]"]
    assert admin("DELETE", path).status_code == 204
    assert admin("GET", path).status_code == 404


def test_a_rotation_shows_another_secret(admin: Caller) -> None:
    made = subscribe(admin)
    rotated = admin("POST", f"{PATH}/{made['id']}/rotate").json
    assert rotated["secret"] != made["secret"]
    assert rotated["previous_secret_until"] > rotated["updated_at"]


def test_the_faults_of_templates_are_told_by_their_paths(admin: Caller) -> None:
    refused = admin("POST", PATH, json={**WRITTEN, "payload": {"a": "{{ 1 + }}", "b": "{{ ("}})
    assert refused.status_code == 422
    assert [one["path"] for one in refused.json["errors"]] == ["$.payload.a", "$.payload.b"]


def test_a_test_tells_what_the_guard_says(admin: Caller) -> None:
    """The endpoint is on this machine, which is not allowed here."""
    made = subscribe(admin, url="http://127.0.0.1:9/hooks")
    answer = admin("POST", f"{PATH}/{made['id']}/test", json={"event_type": "run.failed"})
    assert answer.status_code == 200
    assert answer.json["delivered"] is False
    assert "127.0.0.1" in answer.json["reason"]
    logged = admin("GET", f"/api/v1/requests/{answer.json['request']['id']}").json
    assert logged == answer.json["request"]
    assert logged["request_headers"]["X-Penstock-Test"] == "1"


def test_the_types_are_listed_with_schema_and_example(admin: Caller) -> None:
    listed = admin("GET", "/api/v1/event-types").json["items"]
    assert [one["name"] for one in listed] == list(EVENT_TYPES)
    assert listed[0]["schema"]["type"] == "object"
    assert listed[0]["example"]["status"] == "succeeded"


def test_deliveries_are_listed_by_what_is_asked(site: Site, admin: Caller) -> None:
    one, two = subscribe(admin)["id"], subscribe(admin)["id"]
    made = [
        keep(site, one),
        keep(site, one, status=DeliveryStatus.DELIVERED, event_type="run.halted"),
        keep(site, two, created_at=NOW + 600_000),
    ]

    def listed(**filters: object) -> list[int]:
        answer = admin("GET", "/api/v1/deliveries", query_string=filters)
        assert answer.status_code == 200, answer.json
        ids = [item["id"] for item in answer.json["items"]]
        return [index for index, delivery in enumerate(made) if delivery.id in ids]

    assert listed() == [0, 1, 2]
    assert listed(subscription=one) == [0, 1]
    assert listed(status="dead") == [0, 2]
    assert listed(event_type="run.halted") == [1]
    assert listed(since=to_rfc3339(NOW + 1)) == [2]
    assert listed(until=to_rfc3339(NOW + 1)) == [0, 1]


def test_a_delivery_shows_its_message_and_attempts(site: Site, admin: Caller) -> None:
    attempt = DeliveryAttempt(1, NOW, 84, AttemptOutcome.FAILED, 503, "busy", "q-1")
    kept = keep(site, subscribe(admin)["id"], attempts=(attempt,), tries=1, error="busy")
    read = admin("GET", f"/api/v1/deliveries/{kept.id}").json
    assert read["message"]["id"] == kept.id
    assert read["message"]["data"] == {"run_id": "r-1", "error": "größer"}
    assert read["attempts"] == [
        {
            "number": 1,
            "started_at": to_rfc3339(NOW),
            "duration_ms": 84,
            "outcome": "failed",
            "status": 503,
            "reason": "busy",
            "request_id": "q-1",
        }
    ]


def test_a_delivery_is_sent_again(site: Site, admin: Caller) -> None:
    kept = keep(site, subscribe(admin)["id"])
    again = admin("POST", f"/api/v1/deliveries/{kept.id}/replay")
    assert again.status_code == 202
    assert (again.json["id"], again.json["tries"]) == (kept.id, 0)


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ({}, 2),
        ({"status": "delivered"}, 1),
        ({"event_type": "run.halted"}, 1),
        ({"since": "2031-01-01T00:00:00Z"}, 0),
        ({"until": "2031-01-01T00:00:00Z"}, 2),
    ],
)
def test_many_are_sent_again_by_a_filter(
    site: Site, admin: Caller, body: dict[str, Any], count: int
) -> None:
    one = subscribe(admin)["id"]
    keep(site, one)
    keep(site, one, event_type="run.halted")
    keep(site, one, status=DeliveryStatus.DELIVERED)
    keep(site, subscribe(admin, enabled=False)["id"])
    answer = admin("POST", "/api/v1/deliveries/replay", json={"subscription": one, **body})
    assert (answer.status_code, answer.json) == (202, {"replayed": count, "more": False})


@pytest.mark.parametrize("body", [{"since": "yesterday"}, {"status": "pending"}, {"all": True}])
def test_a_filter_that_cannot_be_sends_nothing(admin: Caller, body: dict[str, Any]) -> None:
    refused = admin("POST", "/api/v1/deliveries/replay", json=body)
    assert refused.status_code == 422
    assert refused.json["errors"][0]["path"].startswith("$.")


def test_a_disabled_subscription_takes_no_replay(site: Site, admin: Caller) -> None:
    one = subscribe(admin, enabled=False)["id"]
    kept = keep(site, one)
    for path, body in (
        (f"/api/v1/deliveries/{kept.id}/replay", None),
        ("/api/v1/deliveries/replay", {"subscription": one}),
    ):
        refused = admin("POST", path, json=body)
        assert refused.status_code == 409
        assert "enable it first" in refused.json["detail"]
