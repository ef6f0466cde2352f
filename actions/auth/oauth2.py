"""`oauth2`: an access token that the partner's provider gives for client credentials.

It is used until shortly before its end, and asked for anew once when the partner does not take it.
All of that happens within the timeout of the attempt.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import orjson

from actions.auth.bearer import bearer_header
from actions.auth.contract import AuthKind, Configuration, Sent, authorization
from actions.auth.fields import END, line, secret
from actions.exchange import Exchange
from core.clock import Milliseconds
from core.http import OutboundRequest, OutboundResponse, SendResult
from core.spec import ActionContext
from core.tokens import Gained, Token

_OF_KEY = ("token_url", "client_id", "scope", "audience")


class _Attempt:
    """One attempt; it knows how much of its time is left, and whether it asked for a token."""

    def __init__(self, context: ActionContext, auth: Configuration, exchange: Exchange) -> None:
        from actions.auth.token_endpoint import TokenEndpoint  # noqa: PLC0415  see there

        value = context.secret(auth["secret"])
        self.has_asked = False
        self._context = context
        self._auth = auth
        self._exchange = exchange
        self._endpoint = TokenEndpoint(auth, value)
        self._key = _key_of(auth, value)
        self._until = context.clock.now() + exchange.request.timeout

    def token(self) -> Gained:
        """A token, or the outcome that there is none."""
        return self._context.tokens.get(self._key, self._fetch, self._left())

    def forget(self, token: Token) -> None:
        """The partner does not take it."""
        self._context.tokens.forget(self._key, token)

    def send(self, token: Token) -> SendResult:
        """Sends the request with a token."""
        header = bearer_header(self._context, token.value, self._auth["secret"])
        exchange = self._exchange.with_header(*header)
        return self._context.send(self._in_time(exchange.request), exchange.shown)

    def _fetch(self) -> Gained:
        self.has_asked = True
        return self._endpoint.fetch(self._context, self._in_time(self._exchange.request))

    def _in_time(self, request: OutboundRequest) -> OutboundRequest:
        return replace(request, timeout=self._left())

    def _left(self) -> Milliseconds:
        return max(self._until - self._context.clock.now(), 1)


def _send(context: ActionContext, auth: Configuration, exchange: Exchange) -> Sent:
    attempt = _Attempt(context, auth, exchange)
    token = attempt.token()
    if not isinstance(token, Token):
        return token
    result = attempt.send(token)
    if attempt.has_asked or not _is_unauthorized(result):
        return result
    attempt.forget(token)
    renewed = attempt.token()
    return attempt.send(renewed) if isinstance(renewed, Token) else renewed


def _is_unauthorized(result: SendResult) -> bool:
    return isinstance(result, OutboundResponse) and result.status == 401


def _key_of(auth: Configuration, value: str) -> str:
    """Whose token it is and what for; of the secret's value nothing but a digest is kept."""
    parts = [*(auth.get(name, "") for name in _OF_KEY), value]
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()


KIND = AuthKind(
    type="oauth2",
    title="OAuth 2 (client credentials)",
    properties={
        "token_url": {
            "title": "Token URL",
            "description": "Where the provider gives access tokens.",
            "type": "string",
            "pattern": r"^https?://[^\s<>{}\\]{1,2000}" + END,
            "x-expected": "a URL without references; write it like "
            "https://login.partner.example/oauth/token",
            "examples": ["https://login.partner.example/oauth/token"],
        },
        "client_id": line("Client id", "Who asks, as the provider knows us.", "penstock-shop"),
        "secret": secret("Secret", "The client's secret.", "PARTNER_CLIENT_SECRET"),
        "scope": line("Scope", "What the token is to allow: names with blanks between.", "orders"),
        "audience": line(
            "Audience",
            "Whom the token is for, where the provider asks for it.",
            "https://api.partner.example",
        ),
        "client_auth": {
            "title": "Client authentication",
            "description": "basic: id and secret as user and password of the token request (every "
            "provider takes it). body: as client_id and client_secret in its body.",
            "type": "string",
            "enum": ["basic", "body"],
            "default": "basic",
            "examples": ["body"],
        },
    },
    required=("token_url", "client_id", "secret"),
    send=_send,
    headers=authorization,
)
