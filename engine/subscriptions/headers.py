"""The header fields of a delivery that are Penstock's: who sends it, what it is, its signatures."""

from __future__ import annotations

from collections.abc import Sequence

from core.clock import Milliseconds
from core.http import Headers
from core.signing import body_signature, signature_headers
from engine.subscriptions.message import Message

SIGNATURE = "X-Penstock-Signature"
PREVIOUS_SIGNATURE = "X-Penstock-Signature-Previous"
EVENT = "X-Penstock-Event"
TEST = "X-Penstock-Test"

OWN_HEADERS = frozenset(name.lower() for name in (SIGNATURE, PREVIOUS_SIGNATURE, EVENT, TEST))
"""Names that a subscription cannot use."""

_DEFAULTS = (("Content-Type", "application/json"), ("User-Agent", "Penstock"))


def described(message: Message, own: Headers, *, test: bool) -> Headers:
    """What is sent and by whom, then the subscription's own fields, which may replace the first.

    A test says so, that nobody acts on what did not happen.
    """
    taken = {name.lower() for name, _ in own}
    defaults = tuple(field for field in _DEFAULTS if field[0].lower() not in taken)
    marks = ((EVENT, message.type), *(((TEST, "1"),) if test else ()))
    return (*defaults, *marks, *own)


def signed(message: Message, secrets: Sequence[str], now: Milliseconds, body: bytes) -> Headers:
    """The signatures of a body with each secret, the current one first.

    The plain one has a field for each: its receivers compare a single value.
    """
    plain = zip((SIGNATURE, PREVIOUS_SIGNATURE), secrets, strict=False)
    fields = tuple((name, body_signature(secret, body)) for name, secret in plain)
    return (*signature_headers(secrets, message.id, now, body), *fields)
