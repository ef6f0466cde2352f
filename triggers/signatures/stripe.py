"""`stripe`: `Stripe-Signature`, an HMAC-SHA256 of timestamp and body."""

from __future__ import annotations

from typing import Any

from core.errors import InvalidError
from core.http import InboundRequest
from core.signatures import SchemeSpec
from triggers.signatures.claims import HmacClaim
from triggers.signatures.reading import (
    MOST_SIGNATURES,
    decoded,
    delivery_id_of,
    header_in,
    moment_of,
)

HEADER = "Stripe-Signature"
_FORM = "t=<seconds since 1970>,v1=<hex of an HMAC-SHA256>"


def read(request: InboundRequest, raw: bytes) -> HmacClaim:
    """The signatures of version 1; Stripe sends one for each secret it has. Raises InvalidError."""
    parts = [part.strip().partition("=") for part in header_in(request, HEADER).split(",")]
    moments = [text for name, _, text in parts if name == "t"]
    found = [decoded(text, "hex") for name, _, text in parts if name == "v1"]
    signatures = tuple(one for one in found if one is not None)
    sent_at = moment_of(moments[0]) if len(moments) == 1 else None
    if sent_at is None or not 0 < len(signatures) <= MOST_SIGNATURES:
        raise InvalidError(f"The header {HEADER} must have the form {_FORM}.")
    return HmacClaim(signatures, (b"%b.%b" % (moments[0].encode(), raw),), sent_at)


def delivery_id(_request: InboundRequest, body: Any) -> str | None:
    """The event's id, `evt_…`."""
    return delivery_id_of(body, "id")


SPEC = SchemeSpec(
    name="stripe",
    title="Stripe",
    description="Stripe signs the moment of sending and the body with HMAC-SHA256.",
    headers=(HEADER,),
    setup="In the Dashboard, under Developers, Webhooks (or Workbench, Event destinations): add "
    "an endpoint with the trigger's address, and choose the types of events.",
    key="the endpoint's Signing secret, `whsec_…`, whole; each endpoint has its own, and test "
    "mode another than live mode",
    rotation="When a secret is rolled at Stripe, the old one can stay valid for up to 24 hours, "
    "and Stripe signs with both. Name both here for that time.",
    delivery="the event's `id` in the body (`evt_…`)",
    retries="Stripe repeats for up to 3 days in live mode, a few times in test mode.",
    window="4d",
    source="https://docs.stripe.com/webhooks",
    has_timestamp=True,
    delivery_id=delivery_id,
)
