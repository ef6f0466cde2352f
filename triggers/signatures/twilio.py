"""`twilio`: `X-Twilio-Signature`, an HMAC of the URL and the form's fields."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import parse_qs

from core.errors import InvalidError
from core.http import InboundRequest
from core.signatures import SchemeSpec
from triggers.bodies import media_type_of
from triggers.forms import FormFields, read_urlencoded
from triggers.signatures.claims import HmacClaim
from triggers.signatures.reading import delivery_id_in, digest_in
from triggers.signatures.urls import URL_HINT, URL_NOTE, with_and_without_port
from triggers.wire import same

HEADER = "X-Twilio-Signature"
SETTINGS = "X-Twilio-Webhooks-Signature-Settings"
DELIVERY = "I-Twilio-Idempotency-Token"

_FORM = "application/x-www-form-urlencoded"
_DIGESTS = {"": "sha1", "HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}


def read(request: InboundRequest, raw: bytes) -> HmacClaim:
    """The signature of the URL and what of the body is signed. Raises InvalidError.

    Twilio signs some URLs with their port and some without, whatever the configured one has.
    """
    digest = _digest(request)
    signature = digest_in(request, HEADER, encoding="base64", digest=digest)
    fields = _signed_fields(request, raw)
    contents = tuple(
        (url + fields).encode("utf-8", "surrogatepass")
        for url in with_and_without_port(request.url)
    )
    hint = URL_HINT.format(request.url)
    return HmacClaim((signature,), contents, digest=digest, hint=hint)


def delivery_id(request: InboundRequest, _body: Any) -> str | None:
    """The token of the request, which its repetitions have too."""
    return delivery_id_in(request, DELIVERY)


def _digest(request: InboundRequest) -> str:
    """Which hash was used: SHA-1, unless a Webhooks Rule of the account chose another."""
    settings = request.headers.get(SETTINGS.lower(), "").split(",")
    named = [
        text.strip()
        for part in settings
        for name, _, text in [part.partition("=")]
        if name.strip() == "algorithm"
    ]
    digest = _DIGESTS.get(named[0].upper() if named else "")
    if digest is None:
        raise InvalidError(f"The algorithm in {SETTINGS} must be HMAC_SHA1 or HMAC_SHA256.")
    return digest


def _signed_fields(request: InboundRequest, raw: bytes) -> str:
    """What follows the URL in the signed text: a form's fields. Raises InvalidError.

    Of any other body the URL holds the hash; without it, the signature would not cover the body.
    """
    if not raw:
        return ""
    media_type = media_type_of(request.headers.get("content-type", ""))
    if media_type.essence == _FORM:
        return _written(read_urlencoded(raw, media_type.charset))
    named = parse_qs(request.url.partition("?")[2]).get("bodySHA256", [""])[0]
    if not same(named.lower().encode(), hashlib.sha256(raw).hexdigest().encode()):
        raise InvalidError("The parameter bodySHA256 of the URL does not fit the body.")
    return ""


def _written(fields: FormFields) -> str:
    """Names and values by name, without anything between them; equal values count once."""
    text = ""
    for name in sorted(fields):
        values = fields[name]
        for value in sorted(set(values)) if isinstance(values, list) else [values]:
            text += name + value
    return text


SPEC = SchemeSpec(
    name="twilio",
    title="Twilio",
    description="Twilio signs the URL and the fields of the form with HMAC-SHA1, or with "
    "HMAC-SHA256 where a Webhooks Rule says so.",
    headers=(HEADER,),
    setup="In the Console, at the phone number, Messaging Service or application: the trigger's "
    "address as webhook, with HTTP POST (or GET, then let the trigger take GET). What Twilio "
    "expects as an answer, such as TwiML, is said by a `respond` step.",
    key="the account's Auth Token; where a Webhooks Rule signs, the value of its SharedKey",
    rotation="Name the secondary Auth Token beside the primary one before it is promoted in the "
    "Console, and remove the old one then.",
    delivery=f"`{DELIVERY}`",
    retries="Twilio repeats once when it cannot connect; how often, and when else, the webhook's "
    "URL can say by connection overrides (`#rc=3&rp=all`).",
    window="5m",
    source="https://www.twilio.com/docs/usage/webhooks/webhooks-security",
    note=URL_NOTE,
    delivery_id=delivery_id,
)
