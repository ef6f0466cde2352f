"""What arrives at an endpoint: the message, its signatures, and what is kept of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from core.clock import SystemClock, to_rfc3339
from core.http import OutboundRequest
from core.subscriptions import DeliveryStatus
from tests.support.automations import on_webhook
from tests.support.post_office import PostOffice
from tests.support.workbench import TENANT, Workbench, answered

DAY = 86_400_000


@pytest.fixture
def office(bench: Workbench) -> PostOffice:
    """At this very moment, which receivers compare with the timestamp."""
    bench.clock.moment = SystemClock().now()
    return PostOffice(bench)


def headers_of(request: OutboundRequest) -> dict[str, str]:
    return dict(request.headers)


def verify(secret: str, request: OutboundRequest) -> Any:
    """What the library of receivers makes of a request."""
    assert request.body is not None
    return Webhook(secret).verify(request.body, headers_of(request))


def arrived(office: PostOffice) -> OutboundRequest:
    office.happen()
    office.send_due()
    return office.received[-1]


def test_the_message_is_signed_as_standard_webhooks_has_it(office: PostOffice) -> None:
    _, secret = office.subscribe()
    request = arrived(office)
    delivery = office.one()

    assert secret.startswith("whsec_")
    assert verify(secret, request) == {
        "id": delivery.id,
        "type": "run.failed",
        "version": 1,
        "timestamp": to_rfc3339(delivery.occurred_at),
        "tenant": TENANT,
        "data": dict(delivery.data),
    }
    headers = headers_of(request)
    assert (request.method, request.url) == ("POST", "https://partner.example/hooks")
    assert headers["webhook-id"] == delivery.id
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"] == "Penstock"
    assert headers["X-Penstock-Event"] == "run.failed"
    assert "X-Penstock-Test" not in headers
    with pytest.raises(WebhookVerificationError):
        verify("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", request)


def test_a_trigger_of_penstock_takes_the_plain_signature(
    bench: Workbench, office: PostOffice
) -> None:
    """Its auth `hmac`, with the secret as it was shown."""
    _, secret = office.subscribe()
    request = arrived(office)
    bench.service.secrets.put(TENANT, "SHARED", secret)
    header = {"header": "X-Penstock-Signature", "prefix": "sha256="}
    auth = {"type": "hmac", "secret": "SHARED", **header}
    bench.publish(on_webhook("told", auth=auth), "told")
    headers = {name.lower(): value for name, value in request.headers}
    assert request.body is not None

    taken = bench.post(path="told", headers=headers, raw=request.body)
    forged = bench.post(path="told", headers=headers, raw=request.body + b" ")

    assert (taken.status, forged.status) == (202, 401)


def test_after_a_rotation_both_secrets_sign_for_a_day(bench: Workbench, office: PostOffice) -> None:
    one, old = office.subscribe()
    _, new = office.subscriptions.rotate(TENANT, one.id)
    assert new != old

    request = arrived(office)
    assert verify(old, request) == verify(new, request)
    headers = headers_of(request)
    assert len(headers["webhook-signature"].split()) == 2
    assert headers["X-Penstock-Signature"] != headers["X-Penstock-Signature-Previous"]

    bench.clock.turn(DAY - 1)
    assert len(headers_of(arrived(office))["webhook-signature"].split()) == 2
    bench.clock.turn(1)
    last = headers_of(arrived(office))
    assert len(last["webhook-signature"].split()) == 1
    assert "X-Penstock-Signature-Previous" not in last


def test_a_body_is_shaped_by_its_template(bench: Workbench, office: PostOffice) -> None:
    bench.service.secrets.put(TENANT, "TOKEN", "t0p-s3cret")
    payload = {
        "text": "<data.automation_name>: <data.error>",
        "raw": "<data>",
        "kind": "{{ upper(type) }}",
        "token": "<secrets.TOKEN>",
    }
    _, secret = office.subscribe(
        payload=payload,
        url="https://partner.example/<data.run_id>?t=<secrets.TOKEN>",
        headers={"Authorization": "Bearer <secrets.TOKEN>", "user-agent": "Acme", "X-Id": "<id>"},
    )
    request = arrived(office)

    assert request.url == "https://partner.example/r-1?t=t0p-s3cret"
    assert verify(secret, request) == {
        "text": "Orders: broken",
        "raw": dict(office.one().data),
        "kind": "RUN.FAILED",
        "token": "t0p-s3cret",
    }
    headers = headers_of(request)
    assert headers["Authorization"] == "Bearer t0p-s3cret"
    assert headers["user-agent"] == "Acme"
    assert "User-Agent" not in headers
    assert headers["X-Id"] == office.one().id


def test_no_secret_is_kept_of_what_was_sent_and_answered(
    bench: Workbench, office: PostOffice
) -> None:
    bench.service.secrets.put(TENANT, "TOKEN", "t0p-s3cret")
    _, secret = office.subscribe(
        url="https://<secrets.TOKEN>.example",
        payload={"token": "<secrets.TOKEN>"},
        headers={"X-Token": "<secrets.TOKEN>"},
    )
    bench.partner.answers(answered(500, {"echo": f"{secret} t0p-s3cret"}, x_echo=secret))
    arrived(office)

    delivery = office.one()
    [attempt] = delivery.attempts
    assert attempt.request_id is not None
    entry = bench.service.requests.get(TENANT, attempt.request_id)
    kept = f"{entry} {delivery}"
    for hidden in ("t0p-s3cret", secret, secret.removeprefix("whsec_")):
        assert hidden not in kept
    assert entry.url == "https://[secret:TOKEN].example"
    assert entry.request_body == b'{"token":"[secret:TOKEN]"}'
    assert entry.request_headers["X-Token"] == "[secret:TOKEN]"
    assert entry.request_headers["webhook-signature"] == "[masked]"
    assert entry.request_headers["X-Penstock-Signature"] == "[masked]"
    assert "[secret:signing]" in str(entry.response_body)
    assert (entry.delivery_id, entry.event_id) == (delivery.id, delivery.event_id)
    assert (entry.attempt, entry.automation_id, entry.status) == (1, "orders", 500)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"payload": {"x": "<data.nothing>"}}, "data.nothing is missing"),
        ({"headers": {"X-Token": "<secrets.NONE>"}}, "secrets.NONE is missing"),
        ({"headers": {"X-Error": "<data.error>"}}, "line break"),
    ],
)
def test_what_cannot_be_made_of_a_message_is_dead_and_says_why(
    office: PostOffice, written: dict[str, Any], words: str
) -> None:
    office.subscribe(**written)
    office.happen(data={"run_id": "r-1", "error": "two\r\nlines"})
    office.send_due()
    delivery = office.one()
    assert delivery.status is DeliveryStatus.DEAD
    assert words in str(delivery.error)
    assert delivery.attempts[0].request_id is None
    assert office.received == []


def test_the_example_of_a_type_is_sent_as_a_test(bench: Workbench, office: PostOffice) -> None:
    one, secret = office.subscribe(enabled=False)
    bench.partner.answers(answered(418, {"tea": True}))

    sent = office.examples.send(TENANT, one.id, "run.succeeded")

    [request] = office.received
    assert verify(secret, request)["data"]["status"] == "succeeded"
    assert headers_of(request)["X-Penstock-Test"] == "1"
    assert (sent.status, sent.delivered) == (418, False)
    assert sent.entry is not None
    kept = bench.service.requests.get(TENANT, sent.entry.id)
    assert json.loads(kept.response_body or b"") == {"tea": True}
    assert office.all() == []
    assert office.subscription(one).failing_since is None
