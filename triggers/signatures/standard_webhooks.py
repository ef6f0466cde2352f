"""`standard-webhooks`: the Standard Webhooks specification 1.0, HMAC (`v1`) and Ed25519 (`v1a`)."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.clock import Milliseconds
from core.errors import InvalidError
from core.http import InboundRequest
from core.signatures import SchemeSpec
from triggers.signatures.reading import (
    MOST_SIGNATURES,
    decoded,
    delivery_id_in,
    header_in,
    moment_in,
)
from triggers.wire import same, wire_bytes

HEADERS = ("webhook-signature", "webhook-id", "webhook-timestamp")
SYMMETRIC, PUBLIC, PRIVATE = "whsec_", "whpk_", "whsk_"
"""How the values of secrets begin."""

_VERSIONS = ("v1", "v1a")


@dataclass(frozen=True, slots=True)
class StandardClaim:
    """Signatures by version, each over id, timestamp and body."""

    signatures: tuple[tuple[str, bytes], ...]
    content: bytes
    sent_at: Milliseconds
    hint: str = ""

    def is_proven_by(self, secret: str) -> bool:
        """Whether a secret made a `v1`, or belongs to the key that made a `v1a`."""
        key = _key(secret)
        if isinstance(key, Ed25519PublicKey):
            return any(_verifies(key, one, self.content) for one in self._of("v1a"))
        if key is None:
            return False
        expected = hmac.digest(key, self.content, "sha256")
        return any(same(one, expected) for one in self._of("v1"))

    def _of(self, version: str) -> Iterator[bytes]:
        return (signature for named, signature in self.signatures if named == version)


def read(request: InboundRequest, raw: bytes) -> StandardClaim:
    """The signatures over id, timestamp and body. Raises InvalidError."""
    family = _family(request)
    signatures = _signatures(request, f"{family}-signature")
    message = wire_bytes(header_in(request, f"{family}-id"))
    stamp, sent_at = moment_in(request, f"{family}-timestamp")
    return StandardClaim(signatures, b"%b.%b.%b" % (message, stamp, raw), sent_at)


def delivery_id(request: InboundRequest, _body: Any) -> str | None:
    """The id of the message, which is signed, and which its repetitions have too."""
    return delivery_id_in(request, f"{_family(request)}-id")


def secret_fault(secret: str) -> str | None:
    """Why a secret's value is no key."""
    if secret.startswith(PRIVATE):
        return (
            f"holds the sender's private key ({PRIVATE}…); it must hold the public one, {PUBLIC}…"
        )
    if _key(secret) is not None:
        return None
    if secret.startswith(PUBLIC):
        return f"begins with {PUBLIC}, but what follows is not the base64 of an Ed25519 public key"
    return f"begins with {SYMMETRIC}, but what follows is not base64"


def _family(request: InboundRequest) -> str:
    """How the headers begin: Svix has names of its own where it does not send the standard's."""
    headers = request.headers
    is_svix = "svix-signature" in headers and "webhook-signature" not in headers
    return "svix" if is_svix else "webhook"


def _signatures(request: InboundRequest, name: str) -> tuple[tuple[str, bytes], ...]:
    """The signatures of a header by version; what is none, or of another version, is passed over.

    Raises InvalidError when there is none, or more than are looked at.
    """
    parts = [part.partition(",") for part in header_in(request, name).split(" ")]
    versions = [(version, decoded(text, "base64")) for version, _, text in parts]
    found = tuple((one, text) for one, text in versions if text and one in _VERSIONS)
    if not 0 < len(found) <= MOST_SIGNATURES:
        form = f"1 to {MOST_SIGNATURES} signatures such as v1,<base64> or v1a,<base64>"
        raise InvalidError(f"The header {name} must hold {form}, with a space between them.")
    return found


def _key(secret: str) -> bytes | Ed25519PublicKey | None:
    """The key that a secret's value stands for, or None where it stands for none.

    A value without a known beginning is the key itself, as it is in `sign` of `send-webhook`.
    """
    if secret.startswith(SYMMETRIC):
        return _unpadded(secret.removeprefix(SYMMETRIC)) or None
    if secret.startswith(PUBLIC):
        return _public_key(_unpadded(secret.removeprefix(PUBLIC)))
    return None if secret.startswith(PRIVATE) else secret.encode("utf-8", "surrogatepass")


def _public_key(point: bytes | None) -> Ed25519PublicKey | None:
    try:
        return Ed25519PublicKey.from_public_bytes(point or b"")
    except ValueError:
        return None


def _unpadded(text: str) -> bytes | None:
    """The bytes of base64 whose padding may be missing."""
    bare = text.rstrip("=")
    return decoded(bare + "=" * (-len(bare) % 4), "base64")


def _verifies(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


SPEC = SchemeSpec(
    name="standard-webhooks",
    title="Standard Webhooks",
    description="The sender signs id, moment of sending and body with HMAC-SHA256 (`v1`) or "
    "Ed25519 (`v1a`). OpenAI and Svix do so, and Penstock itself: its subscriptions, and steps "
    "with `sign`.",
    headers=HEADERS,
    setup="The trigger's address as the endpoint, and the types of events.",
    key="what the sender shows for the endpoint: the signing secret `whsec_…` (`v1`) or the "
    "public key `whpk_…` (`v1a`). A value that begins with neither is the key of the HMAC as it is",
    rotation="A sender that rotates signs with the old and the new secret for a while. Name both "
    "here for that time; one may be `whsec_…` and the other `whpk_…`.",
    delivery="`webhook-id`, which is signed",
    retries="The specification recommends some ten tries over 3 days.",
    window="4d",
    source="https://www.standardwebhooks.com/",
    has_timestamp=True,
    note="The headers may also be called `svix-id`, `svix-timestamp` and `svix-signature`.",
    delivery_id=delivery_id,
    secret_fault=secret_fault,
)
