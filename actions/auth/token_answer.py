"""What a token endpoint answers (RFC 6749, section 5): read by oauthlib, shown without tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from oauthlib.oauth2 import BackendApplicationClient, MissingTokenError, OAuth2Error

from actions.encoding import ContentError, to_json
from core.clock import Milliseconds
from core.errors import JsonError
from core.http import OutboundResponse
from core.masking import MASKED
from core.strict_json import loads

UNKNOWN_LIFETIME: Milliseconds = 300_000
"""How long a token is used whose answer does not say how long it lasts."""
LONGEST_MARGIN: Milliseconds = 30_000
"""How long before its end a token is renewed; a short-lived one, when a tenth of it is left."""

_SHOWN = frozenset({"token_type", "expires_in", "scope", "error", "error_description", "error_uri"})
_LONGEST_WORDS = 300
_STUMBLES = (ArithmeticError, AttributeError, RecursionError, TypeError, ValueError)
"""What oauthlib raises for what is no such answer at all: a list, an endless lifetime, no text."""


def token_members(answer: OutboundResponse) -> Mapping[str, Any]:
    """The members of an answer that has a token, `access_token`; none of any other.

    Raises OAuth2Error for an answer that says what is wrong (section 5.2).
    """
    client = BackendApplicationClient("")
    try:
        members: Mapping[str, Any] = client.parse_request_body_response(answer.body.decode())
    except (MissingTokenError, *_STUMBLES):
        return {}
    token = members.get("access_token")
    return members if isinstance(token, str) and token else {}


def without_tokens(answer: OutboundResponse) -> OutboundResponse:
    """The twin of an answer: of one that says all is well, only what can be no token."""
    if not 200 <= answer.status < 300:
        return answer
    return replace(answer, body=_masked(answer.body))


def lifetime_of(members: Mapping[str, Any]) -> Milliseconds:
    """How long a token is used, counted from when it was asked for."""
    if "expires_in" not in members:
        return UNKNOWN_LIFETIME
    whole = int(members["expires_in"]) * 1000
    return whole - min(LONGEST_MARGIN, whole // 10)


def in_words(error: OAuth2Error) -> str:
    """What a provider says is wrong, such as `invalid_client (unknown client)`."""
    description = str(error.description or "")
    words = f"{error.error} ({description})" if description else str(error.error)
    return " ".join(words.split())[:_LONGEST_WORDS]


def _masked(body: bytes) -> bytes:
    """The names of all members, and the values of those that are no secrets."""
    try:
        members = loads(body, duplicate_keys_allowed=True)
        named = members if isinstance(members, Mapping) else {}
        shown = {name: value if name in _SHOWN else MASKED for name, value in named.items()}
        return to_json(shown or MASKED)
    except (ContentError, JsonError):
        return to_json(MASKED)
