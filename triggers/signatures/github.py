"""`github`: `X-Hub-Signature-256`, an HMAC-SHA256 of the body."""

from __future__ import annotations

from typing import Any

from core.http import InboundRequest
from core.signatures import SchemeSpec
from triggers.signatures.claims import HmacClaim
from triggers.signatures.reading import delivery_id_in, digest_in

HEADER = "X-Hub-Signature-256"
DELIVERY = "X-GitHub-Delivery"


def read(request: InboundRequest, raw: bytes) -> HmacClaim:
    """The signature of the body. Raises InvalidError."""
    return HmacClaim((digest_in(request, HEADER, prefix="sha256="),), (raw,))


def delivery_id(request: InboundRequest, _body: Any) -> str | None:
    """The GUID of the event, which a redelivery has too."""
    return delivery_id_in(request, DELIVERY)


SPEC = SchemeSpec(
    name="github",
    title="GitHub",
    description="GitHub signs the body with HMAC-SHA256.",
    headers=(HEADER,),
    setup="In the settings of the repository, organisation or App, under Webhooks: the trigger's "
    "address as Payload URL, `application/json` as Content type, and the secret. Choose only the "
    "events you need; which one came stands in `<trigger.headers.x-github-event>`. GitHub begins "
    "with an event `ping`.",
    key="the Secret of the webhook's form, as it was typed there",
    rotation="GitHub signs with one secret at a time. Add the new one here, then change it at "
    "GitHub, then remove the old one here.",
    delivery=f"`{DELIVERY}`, which stays the same when a person chooses Redeliver",
    retries="GitHub does not repeat by itself what failed; a person can, for 3 days. With a short "
    "window, what a person sends again later starts a run again.",
    window="5m",
    source="https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries",
    delivery_id=delivery_id,
)
