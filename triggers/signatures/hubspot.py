"""`hubspot`: `X-HubSpot-Signature-v3`, an HMAC-SHA256 of method, URI, body and timestamp."""

from __future__ import annotations

import re

from core.http import InboundRequest
from core.signatures import SchemeSpec
from triggers.signatures.claims import HmacClaim
from triggers.signatures.reading import digest_in, moment_in
from triggers.signatures.urls import URL_HINT, URL_NOTE

HEADER = "X-HubSpot-Signature-v3"
TIMESTAMP = "X-HubSpot-Request-Timestamp"

_DECODED = re.compile(r"%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)
"""The escapes that HubSpot takes for their characters: `: / ? @ ! $ ' ( ) * , ;`."""


def read(request: InboundRequest, raw: bytes) -> HmacClaim:
    """The signature over what HubSpot says the source string is. Raises InvalidError."""
    signature = digest_in(request, HEADER, encoding="base64")
    stamp, sent_at = moment_in(request, TIMESTAMP, unit=1)
    uri = _DECODED.sub(lambda found: chr(int(found[1], 16)), request.url)
    signed = b"%b%b%b" % ((request.method + uri).encode("utf-8", "surrogatepass"), raw, stamp)
    return HmacClaim((signature,), (signed,), sent_at, hint=URL_HINT.format(request.url))


SPEC = SchemeSpec(
    name="hubspot",
    title="HubSpot v3",
    description="HubSpot signs method, URL, body and the moment of sending with HMAC-SHA256.",
    headers=(HEADER, TIMESTAMP),
    setup="In the app's settings, under Webhooks: the trigger's address as Target URL, and the "
    "subscriptions. Of a workflow: the action Send a webhook, with the signature of an app.",
    key="the app's Client secret, under Auth",
    rotation="HubSpot signs with one secret at a time. Name the new one beside the old one as "
    "soon as HubSpot shows it, and remove the old one when requests come with the new one.",
    delivery="",
    retries="HubSpot repeats up to 10 times within 24 hours. A request holds up to 100 events, "
    "each with its `eventId`, and a repetition counts its `attemptNumber` up: tell repeated "
    "events apart by `eventId` where it matters.",
    window="",
    source="https://developers.hubspot.com/docs/apps/developer-platform/build-apps/"
    "authentication/request-validation",
    has_timestamp=True,
    note=URL_NOTE,
)
