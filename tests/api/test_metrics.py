"""`GET /metrics`, as Prometheus reads it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from core.errors import StorageUnavailable
from core.states import RunStatus
from engine.gauges import FRESH, GaugeService
from tests.support.builders import make_document, make_event, make_run, send, step
from tests.support.quarantine import hold_a_key
from tests.support.server import ROOT
from tests.support.site import Caller, Site
from tests.support.statements import counted_statements
from tests.support.subscriptions import make_delivery, make_subscription

Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]
ASKED = [
    ROOT / "deploy" / "prometheus" / "penstock.rules.yaml",
    ROOT / "deploy" / "grafana" / "penstock.json",
    ROOT / "docs" / "observing.md",
]
LABELS = {"action", "outcome", "origin", "status", "state", "le"}


def samples(client: FlaskClient) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    families = text_string_to_metric_families(answer.text)
    return {
        (one.name, frozenset(one.labels.items())): one.value
        for family in families
        for one in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float:
    return found[f"penstock_{name}", frozenset(labels.items())]


def test_what_came_in_and_what_became_of_it_is_counted(
    site: Site, publish: Callable[..., None]
) -> None:
    publish("good")
    publish("bad", step("end", "stop", {"status": "failed", "message": "no"}))
    for path in ("good", "good", "bad"):
        site.anybody.post(f"/hooks/acme/{path}", json={})
    site.anybody.post("/hooks/acme/nothing", json={})

    found = samples(site.anybody)

    assert value(found, "accepted_events_total") == 3
    assert value(found, "runs_ended_total", status="succeeded") == 2
    assert value(found, "runs_ended_total", status="failed") == 1
    assert value(found, "runs_ended_total", status="halted") == 0
    made = {"action": "set-values", "outcome": "succeeded", "origin": "none"}
    assert value(found, "attempt_duration_seconds_count", **made) == 2
    assert value(found, "attempt_duration_seconds_bucket", **made, le="+Inf") == 2
    ended = {"action": "set-values", "status": "succeeded", "origin": "none"}
    assert value(found, "step_duration_seconds_count", **ended) == 2
    assert value(found, "commit_duration_seconds_count") > 0
    assert value(found, "pool_wait_seconds_count") > 0
    assert value(found, "commit_units_sum") >= value(found, "commit_units_count")


def test_attempts_and_steps_are_told_apart_by_where_they_went(
    site: Site, publish: Callable[..., None]
) -> None:
    publish("refused", send("sync", "http://127.0.0.1:9/"))
    site.anybody.post("/hooks/acme/refused", json={})

    found = samples(site.anybody)

    made = {"action": "send-webhook", "outcome": "failed", "origin": "unreached"}
    assert value(found, "attempt_duration_seconds_count", **made) == 1
    ended = {"action": "send-webhook", "status": "failed", "origin": "unreached"}
    assert value(found, "step_duration_seconds_count", **ended) == 1


def test_a_loop_is_a_step_too(site: Site, publish: Callable[..., None]) -> None:
    loop = step("lines", "for-each", {"items": "<lines>"}, next={"each": ["one"]})
    publish("looped", loop, step("one", "set-values", {"values": {"seen": "<item>"}}))
    site.anybody.post("/hooks/acme/looped", json={"lines": [1, 2]})

    found = samples(site.anybody)

    ended = {"status": "succeeded", "origin": "none"}
    assert value(found, "step_duration_seconds_count", action="for-each", **ended) == 1
    assert value(found, "step_duration_seconds_count", action="set-values", **ended) == 2


def test_a_repetition_is_not_accepted_twice(site: Site, publish: Callable[..., None]) -> None:
    publish("good")
    for _ in range(2):
        site.anybody.post("/hooks/acme/good", json={}, headers={"Idempotency-Key": "one"})

    assert value(samples(site.anybody), "accepted_events_total") == 1


def test_an_event_of_the_generic_channel_is_accepted_too(site: Site, admin: Caller) -> None:
    admin("PATCH", "/api/v1/settings", json={"channels": {"events": True}})
    note = step("note", "set-values", {"values": {"n": 1}})
    trigger = {"type": "event", "next": ["note"]}
    site.service.automations.put("acme", "told", make_document(note, trigger=trigger))
    site.service.versions.publish("acme", "told")

    sent = admin(
        "POST",
        "/api/v1/events",
        json={"automation_id": "told", "event": "order.paid", "payload": {}},
    )

    assert sent.status_code == 202, sent.text
    assert value(samples(site.anybody), "accepted_events_total") == 1


def test_what_is_cancelled_or_discarded_has_ended(site: Site, admin: Caller) -> None:
    key = hold_a_key(site, admin, waiting=2)
    discarded = admin("POST", f"/api/v1/quarantine/{key}/discard", json={})

    assert discarded.status_code == 200, discarded.text
    assert value(samples(site.anybody), "runs_ended_total", status="cancelled") == 2


def test_the_queue_is_told_of_as_the_store_has_it(site: Site) -> None:
    site.application.machinery.rest()
    store, now = site.application.store, site.application.clock.now()
    event = make_event()
    runs = [
        make_run(event, due_at=now - 90_000, created_at=now),
        make_run(event, due_at=now + 90_000, created_at=now),
        make_run(event, status=RunStatus.HELD, due_at=None, created_at=now),
    ]
    store.commit([store.events.insert(event), *(store.runs.insert(run) for run in runs)])

    found = samples(site.anybody)

    assert 90 <= value(found, "oldest_due_seconds") < 120
    assert value(found, "due_runs") == 1
    assert value(found, "runs", status="queued") == 2
    assert value(found, "runs", status="held") == 1
    assert value(found, "runs", status="running") == 0
    assert value(found, "executors") == 1
    assert value(found, "breaker_state", state="open") == 0
    assert value(found, "store_up") == 1


def test_however_many_ask_the_store_is_asked_once_in_a_while(site: Site) -> None:
    moments = iter([0, 0, FRESH - 1, FRESH, FRESH])

    class Turned:
        def now(self) -> int:
            return next(moments)

    gauges = GaugeService(site.application.store, dict, Turned())
    asked = []
    for _ in range(3):
        with counted_statements() as statements:
            gauges.read()
        asked.append(any("due_at" in one and "count" in one for one in statements))

    assert asked == [True, False, True]


def test_while_the_store_is_away_the_rest_is_told(site: Site) -> None:
    class Away:
        connections = 0

        def __getattr__(self, name: str) -> Any:
            raise StorageUnavailable("away")

    away: Any = Away()
    gauges = GaugeService(away, dict, site.application.clock)
    service = dataclasses.replace(site.service, gauges=gauges)

    found = samples(site.with_service(service).test_client())

    assert value(found, "store_up") == 0
    assert value(found, "accepted_events_total") == 0
    assert not [name for name, _ in found if name.startswith("penstock_oldest_due")]


def test_dead_letters_are_counted_where_they_are_given_up(site: Site) -> None:
    store, sending = site.application.store, site.application.parts.subscriptions
    delivery = make_delivery(make_subscription())
    store.commit([store.deliveries.insert(delivery)])

    sending.deliverer.transitions.bury(delivery.tenant, delivery.subscription_id, "gone", 1)

    assert value(samples(site.anybody), "dead_letters_total") == 1


def test_labels_are_few_and_name_nobody(site: Site, publish: Callable[..., None]) -> None:
    publish("good")
    site.anybody.post("/hooks/acme/good", json={})

    found = samples(site.anybody)

    assert {label for _, labels in found for label, _ in labels} == LABELS
    assert not [one for _, labels in found for _, one in labels if one in ("acme", "good")]


def test_everything_that_is_asked_for_is_told(site: Site, publish: Callable[..., None]) -> None:
    publish("good")
    site.anybody.post("/hooks/acme/good", json={})
    told = {re.sub(r"_(bucket|count|sum)$", "", name) for name, _ in samples(site.anybody)}
    asked = {
        re.sub(r"_seconds_(bucket|count|sum)$", "_seconds", name)
        for file in ASKED
        for name in re.findall(r"\bpenstock_[a-z_]+", file.read_text())
    }

    assert asked - told == set()
    documented = set(re.findall(r"`(penstock_[a-z_]+)", ASKED[2].read_text()))
    assert {name for name in told if name.startswith("penstock_")} == documented


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_measurements_are_only_read(site: Site, method: str) -> None:
    refused = site.anybody.open("/metrics", method=method)
    assert (refused.status_code, refused.content_type) == (405, "application/problem+json")
