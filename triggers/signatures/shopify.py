"""`shopify`: `X-Shopify-Hmac-SHA256`, an HMAC-SHA256 of the body."""

from __future__ import annotations

from typing import Any

from core.http import InboundRequest
from core.signatures import SchemeSpec
from triggers.signatures.claims import HmacClaim
from triggers.signatures.reading import delivery_id_in, digest_in

HEADER = "X-Shopify-Hmac-SHA256"
EVENTS_HEADER = "Shopify-Hmac-SHA256"
"""What deliveries of Shopify's Events, the successor of its webhooks, call it."""
DELIVERIES = ("X-Shopify-Webhook-Id", "Shopify-Webhook-Id")


def read(request: InboundRequest, raw: bytes) -> HmacClaim:
    """The signature of the body. Raises InvalidError."""
    named = EVENTS_HEADER if EVENTS_HEADER.lower() in request.headers else HEADER
    return HmacClaim((digest_in(request, named, encoding="base64"),), (raw,))


def delivery_id(request: InboundRequest, _body: Any) -> str | None:
    """The id of the delivery, which its repetitions have too."""
    return delivery_id_in(request, *DELIVERIES)


SPEC = SchemeSpec(
    name="shopify",
    title="Shopify",
    description="Shopify signs the body with HMAC-SHA256.",
    headers=(HEADER,),
    setup="Of an app: a webhook subscription in `shopify.app.toml` or by the Admin API, with the "
    "trigger's address as its URI. Of a store: Settings, Notifications, Webhooks, in the format "
    "JSON. The topic stands in `<trigger.headers.x-shopify-topic>`.",
    key="the app's Client secret; of webhooks made in a store's settings, the key shown "
    "beneath them",
    rotation="After a client secret was rotated, Shopify can take an hour to sign with the new "
    "one. Name both here for that time.",
    delivery="`X-Shopify-Webhook-Id`. `X-Shopify-Event-Id` is another thing: several topics may "
    "share one event",
    retries="Shopify repeats 8 times within 4 hours; what is not answered within 5 seconds counts "
    "as failed.",
    window="6h",
    source="https://shopify.dev/docs/apps/build/webhooks/verify-deliveries",
    note="Deliveries of Shopify's Events (`Shopify-Hmac-SHA256`) are taken as well.",
    delivery_id=delivery_id,
)
