"""How each provider signs: with its own Python library where there is one, else as it documents."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from hubspot.utils.signature import Signature as HubSpotSignature
from slack_sdk.signature import SignatureVerifier
from standardwebhooks import Webhook
from stripe import WebhookSignature
from twilio.request_validator import RequestValidator

from tests.triggers.conftest import NOW

SECONDS = NOW // 1000
URL = "https://penstock.example.com/hooks/acme/orders?shop=1&x=%20y"
JSON_BODY = '{"id": "evt_1", "event_id": "Ev1", "city": "Zürich"}'.encode()
FORM_BODY = b"From=%2B14158675309&Body=Gr%C3%BC%C3%9Fe+aus+Z&Empty=&To=b&To=a&To=a"


@dataclass(frozen=True)
class Signer:
    """A provider: `sign` gives the headers of a body that is sent at a moment (seconds)."""

    scheme: str
    sign: Callable[[str, bytes, int], dict[str, str]]
    secret: str = "a secret of Zürich"
    body: bytes = JSON_BODY
    content_type: str = "application/json"
    delivery: Mapping[str, str] = field(default_factory=dict)
    delivery_id: str | None = None
    has_timestamp: bool = True

    @property
    def auth(self) -> dict[str, Any]:
        return {"type": "signature", "scheme": self.scheme, "secrets": ["KEY"]}

    def headers(
        self, body: bytes | None = None, moment: int = SECONDS, secret: str = ""
    ) -> dict[str, str]:
        """The headers of a request, of the body and secret that are usual where none is given."""
        signed = self.sign(secret or self.secret, self.body if body is None else body, moment)
        return {**signed, **self.delivery}


def _standard(secret: str, body: bytes, moment: int) -> dict[str, str]:
    stamp = datetime.fromtimestamp(moment, UTC)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(moment),
        "webhook-signature": Webhook(secret).sign("msg_1", stamp, body.decode()),
    }


def _svix(secret: str, body: bytes, moment: int) -> dict[str, str]:
    signed = _standard(secret, body, moment)
    return {name.replace("webhook", "svix"): value for name, value in signed.items()}


def _github(secret: str, body: bytes, _moment: int) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"x-hub-signature-256": f"sha256={digest}"}


def _stripe(secret: str, body: bytes, moment: int) -> dict[str, str]:
    header = WebhookSignature.generate_signature_header(body.decode(), secret, moment)
    return {"stripe-signature": header}


def _slack(secret: str, body: bytes, moment: int) -> dict[str, str]:
    signature = SignatureVerifier(secret).generate_signature(timestamp=str(moment), body=body)
    return {"x-slack-request-timestamp": str(moment), "x-slack-signature": signature or ""}


def _shopify(secret: str, body: bytes, _moment: int) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {"x-shopify-hmac-sha256": base64.b64encode(digest).decode()}


class _Fields(dict[str, list[str]]):
    """Form fields as frameworks hand them to Twilio's library."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def _twilio(secret: str, body: bytes, _moment: int) -> dict[str, str]:
    fields = _Fields(parse_qs(body.decode(), keep_blank_values=True))
    return {"x-twilio-signature": RequestValidator(secret).compute_signature(URL, fields)}


def _hubspot(secret: str, body: bytes, moment: int) -> dict[str, str]:
    stamp = str(moment * 1000)
    signature = HubSpotSignature.get_signature(
        secret, body.decode(), "v3", http_uri=URL, http_method="POST", timestamp=stamp
    )
    return {"x-hubspot-request-timestamp": stamp, "x-hubspot-signature-v3": signature}


WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SIGNERS = (
    Signer("standard-webhooks", _standard, secret=WHSEC, delivery_id="msg_1"),
    Signer("standard-webhooks", _svix, secret=WHSEC, delivery_id="msg_1"),
    Signer(
        "github",
        _github,
        delivery={"x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958"},
        delivery_id="72d3162e-cc78-11e3-81ab-4c9367dc0958",
        has_timestamp=False,
    ),
    Signer("stripe", _stripe, delivery_id="evt_1"),
    Signer("slack", _slack, delivery_id="Ev1"),
    Signer(
        "shopify",
        _shopify,
        delivery={"x-shopify-webhook-id": "b54557e4", "x-shopify-event-id": "98880550"},
        delivery_id="b54557e4",
        has_timestamp=False,
    ),
    Signer(
        "twilio",
        _twilio,
        body=FORM_BODY,
        content_type="application/x-www-form-urlencoded; charset=UTF-8",
        delivery={"i-twilio-idempotency-token": "d5f6a7b8"},
        delivery_id="d5f6a7b8",
        has_timestamp=False,
    ),
    Signer("hubspot", _hubspot),
)
