"""Signatures of what steps send: `core.signing`, its errors in a step's words."""

from __future__ import annotations

from actions.encoding import ContentError
from core import signing
from core.clock import Milliseconds
from core.http import Headers

NAMES = signing.NAMES


def signature_headers(secret: str, message_id: str, now: Milliseconds, body: bytes) -> Headers:
    """The three headers for a body, signed with the text of a secret.

    Raises ContentError when it begins with `whsec_` and what follows is not base64.
    """
    try:
        return signing.signature_headers((secret,), message_id, now, body)
    except signing.UnusableSecretError as error:
        raise ContentError(f"sign.secret: {error}; store it as the partner showed it") from None
