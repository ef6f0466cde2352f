"""Signatures of what is sent, HMAC-SHA256: Standard Webhooks 1.0 (`v1`), and of the body alone.

Standard Webhooks signs `<id>.<timestamp>.<body>`, the timestamp in whole seconds, and allows
several signatures in one header, so that a secret can be replaced while receivers still have the
old one.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Sequence

from core.clock import Milliseconds
from core.errors import PenstockError
from core.http import Headers

NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature")
"""The headers a signature of Standard Webhooks consists of."""

PREFIX = "whsec_"
_KEY_BYTES = 32


class UnusableSecretError(PenstockError):
    """A secret begins with `whsec_`, and what follows is not base64."""


def new_signing_secret() -> str:
    """A new secret as receivers are given it: `whsec_` and the base64 of 32 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def signature_headers(
    texts: Sequence[str], message_id: str, now: Milliseconds, body: bytes
) -> Headers:
    """The three headers for a body, signed with each of these secrets.

    A secret that begins with `whsec_` is the base64 of the key; any other is the key itself.
    Raises UnusableSecretError.
    """
    timestamp = str(now // 1000)
    content = b".".join((message_id.encode(), timestamp.encode(), body))
    signature = " ".join(_signature(_key(text), content) for text in texts)
    return tuple(zip(NAMES, (message_id, timestamp, signature), strict=True))


def body_signature(text: str, body: bytes) -> str:
    """`sha256=` and the hex of a body's HMAC; the key is the secret's text as it is shown."""
    return "sha256=" + hmac.digest(text.encode(), body, "sha256").hex()


def _signature(key: bytes, content: bytes) -> str:
    return "v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode()


def _key(text: str) -> bytes:
    if not text.startswith(PREFIX):
        return text.encode()
    try:
        return base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise UnusableSecretError(
            "the secret begins with whsec_ but base64 does not follow"
        ) from None
