"""Deliveries of providers: a repetition starts nothing, and a handshake is answered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.outcomes import Answer
from core.request_store import RequestFilter
from core.run_store import RunFilter
from core.writes import ListQuery
from engine.replies import JsonReply, Problem
from tests.support.builders import NOW, make_document
from tests.support.workbench import TENANT, Workbench, workbench
from tests.triggers.signing import SIGNERS, Signer

BY_SCHEME = {one.scheme: one for one in SIGNERS}
SECONDS = NOW // 1000
CHALLENGE = b'{"type": "url_verification", "challenge": "3eZbrw1aBm2r"}'


@pytest.fixture
def bench(tmp_path: Path) -> Any:
    with workbench(tmp_path) as opened:
        yield opened


def listens(bench: Workbench, signer: Signer, **options: Any) -> dict[str, Any]:
    """Publishes an automation that takes what a signer signs; its document."""
    bench.service.secrets.put(TENANT, "KEY", signer.secret)
    trigger = {"path": "orders", "auth": signer.auth, **options}
    document = make_document(trigger={"type": "webhook", "with": trigger, "next": ["answer"]})
    bench.publish(document)
    return document


def deliver(bench: Workbench, signer: Signer, body: bytes, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    signed = signer.headers(body, bench.clock.now() // 1000)
    return bench.post(raw=body, headers={**signed, **named})


def runs(bench: Workbench) -> int:
    return len(bench.service.runs.list(TENANT, RunFilter(), ListQuery()).items)


@pytest.mark.parametrize("scheme", ["standard-webhooks", "github", "stripe", "slack", "shopify"])
def test_a_delivery_that_comes_again_is_a_duplicate(bench: Workbench, scheme: str) -> None:
    signer = BY_SCHEME[scheme]
    listens(bench, signer)

    first = deliver(bench, signer, signer.body)
    bench.clock.turn(60_000)
    again = deliver(bench, signer, signer.body)

    assert isinstance(first, JsonReply)
    assert first.status == 202
    assert again == JsonReply(200, {"status": "duplicate", "event_id": first.payload["event_id"]})
    assert runs(bench) == 1


def test_a_repetition_may_count_its_attempts_in_the_body(bench: Workbench) -> None:
    listens(bench, BY_SCHEME["stripe"])

    first = deliver(bench, BY_SCHEME["stripe"], b'{"id": "evt_1", "pending_webhooks": 2}')
    again = deliver(bench, BY_SCHEME["stripe"], b'{"id": "evt_1", "pending_webhooks": 1}')
    other = deliver(bench, BY_SCHEME["stripe"], b'{"id": "evt_2", "pending_webhooks": 1}')

    assert (first.status, again.status, other.status) == (202, 200, 202)


def test_the_provider_s_id_goes_before_an_idempotency_key(bench: Workbench) -> None:
    listens(bench, BY_SCHEME["stripe"])

    first = deliver(bench, BY_SCHEME["stripe"], b'{"id": "evt_1"}', idempotency_key="a")
    again = deliver(bench, BY_SCHEME["stripe"], b'{"id": "evt_1"}', idempotency_key="b")

    assert (first.status, again.status) == (202, 200)


def test_without_an_id_an_idempotency_key_tells_repetitions(bench: Workbench) -> None:
    listens(bench, BY_SCHEME["stripe"])

    statuses = [
        deliver(bench, BY_SCHEME["stripe"], body, idempotency_key="a").status
        for body in (b'{"n": 1}', b'{"n": 1}', b'{"n": 2}')
    ]

    assert statuses == [202, 200, 422]


def test_a_delivery_that_was_refused_is_not_remembered(bench: Workbench) -> None:
    signer = BY_SCHEME["github"]
    listens(bench, signer)

    refused = bench.post(raw=signer.body, headers=signer.headers(b"forged", SECONDS))

    assert isinstance(refused, Problem)
    assert refused.status == 401
    assert deliver(bench, signer, signer.body).status == 202


def test_an_id_is_forgotten_after_the_window(bench: Workbench) -> None:
    signer = BY_SCHEME["github"]
    listens(bench, signer, idempotency_window="1h")

    statuses = []
    for wait in (0, 3_599_999, 1):
        bench.clock.turn(wait)
        statuses.append(deliver(bench, signer, signer.body).status)

    assert statuses == [202, 200, 202]


class TestHandshake:
    def test_it_is_answered_logged_and_starts_nothing(self, bench: Workbench) -> None:
        listens(bench, BY_SCHEME["slack"])

        reply = deliver(bench, BY_SCHEME["slack"], CHALLENGE)

        assert isinstance(reply, Answer)
        assert (reply.status, json.loads(reply.body)) == (200, {"challenge": "3eZbrw1aBm2r"})
        assert runs(bench) == 0
        bench.store.check()
        [entry] = bench.service.requests.list(TENANT, RequestFilter(), ListQuery()).items
        assert (entry.direction, entry.status, entry.event_id) == ("in", 200, None)
        assert (entry.automation_id, entry.error) == ("orders", None)
        assert entry.request_headers["x-slack-signature"] == "[masked]"

    def test_who_listens_to_the_live_automation_is_told(self, bench: Workbench) -> None:
        document = listens(bench, BY_SCHEME["slack"])
        heard = bench.service.listeners.listen(TENANT, "orders", document, user="ada")
        next(heard)

        deliver(bench, BY_SCHEME["slack"], CHALLENGE)
        deliver(bench, BY_SCHEME["slack"], b'{"event_id": "Ev1"}')

        told, captured, _ = heard
        assert (told.name, told.data["status"]) == ("answered", 200)
        assert "Slack verified this address" in told.data["detail"]
        assert captured.data["sample"]["event"]["body"] == {"event_id": "Ev1"}

    def test_a_draft_that_somebody_listens_with_answers_it_too(self, bench: Workbench) -> None:
        bench.service.secrets.put(TENANT, "KEY", BY_SCHEME["slack"].secret)
        trigger = {
            "path": "orders",
            "auth": BY_SCHEME["slack"].auth,
            "allow_ips": ["203.0.113.0/24"],
        }
        draft = make_document(trigger={"type": "webhook", "with": trigger, "next": ["answer"]})
        heard = bench.service.listeners.listen(TENANT, "orders", draft, user="ada")
        next(heard)

        reply = deliver(bench, BY_SCHEME["slack"], CHALLENGE)

        assert isinstance(reply, Answer)
        assert json.loads(reply.body) == {"challenge": "3eZbrw1aBm2r"}
        assert next(heard).name == "answered"
        assert bench.service.listeners.any, "it goes on listening"
        captured = deliver(bench, BY_SCHEME["slack"], b'{"event_id": "Ev1"}')
        assert captured.payload["status"] == "captured"


def test_the_secrets_of_a_signature_are_shown_where_they_are_used(bench: Workbench) -> None:
    for name in ("KEY", "OLD", "OTHER"):
        bench.service.secrets.put(TENANT, name, f"the value of {name}")
    auth = {"type": "signature", "scheme": "github", "secrets": ["KEY", "OLD"]}
    trigger = {"path": "orders", "auth": auth}
    bench.publish(make_document(trigger={"type": "webhook", "with": trigger, "next": ["answer"]}))

    used = {one.entry.name: one.used_by for one in bench.service.secrets.list(TENANT)}

    assert used == {"KEY": ("orders",), "OLD": ("orders",), "OTHER": ()}
