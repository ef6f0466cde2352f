"""Signatures of what is sent: Standard Webhooks 1.0, the symmetric scheme `v1` (HMAC-SHA256)."""

from __future__ import annotations

import base64
import binascii
import hmac

from actions.encoding import ContentError
from core.clock import Milliseconds
from core.http import Headers

NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature")
"""The headers a signature consists of."""

_PREFIX = "whsec_"


def signature_headers(secret: str, message_id: str, now: Milliseconds, body: bytes) -> Headers:
    """The three headers for a body, signed with the text of a secret.

    A secret that begins with `whsec_` is the base64 of the key; any other is the key itself.
    Raises ContentError when what follows the prefix is not base64.
    """
    timestamp = str(now // 1000)
    content = b".".join((message_id.encode(), timestamp.encode(), body))
    digest = hmac.digest(_key(secret), content, "sha256")
    signature = "v1," + base64.b64encode(digest).decode()
    return tuple(zip(NAMES, (message_id, timestamp, signature), strict=True))


def _key(secret: str) -> bytes:
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ContentError(
            "sign.secret: the secret begins with whsec_ but base64 does not follow; "
            "store it as the partner showed it"
        ) from None
