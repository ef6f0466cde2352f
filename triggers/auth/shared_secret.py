"""Callers who show something they know: an API key, a password, or a header's value."""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from typing import Any, ClassVar

from core.clock import Milliseconds
from core.http import InboundRequest
from core.webhooks import Answered, KeyCheck, Rejected, Secrets
from triggers.auth.contract import REALM, secret_bytes, unauthorized, unusable_secret
from triggers.wire import same, wire_bytes

_BEARER = f"Bearer {REALM}"
_BASIC = f'Basic {REALM}, charset="UTF-8"'


class _Unsigned:
    """What those have in common who show something: the body proves nothing, and is not read."""

    __slots__ = ()
    reads_body: ClassVar[bool] = False

    def handshake(self, _body: Any) -> Answered | None:
        """None: nobody asks."""
        return None

    def delivery_id(self, _request: InboundRequest, _body: Any) -> str | None:
        """None: callers name a repetition by `Idempotency-Key`."""
        return None


@dataclass(frozen=True, slots=True)
class NoAuth(_Unsigned):
    """`none`: whoever knows the address may call."""

    def verify(
        self,
        request: InboundRequest,
        raw: bytes,
        secrets: Secrets,
        check_key: KeyCheck,
        now: Milliseconds,
    ) -> Rejected | None:
        """Always None."""
        return None


@dataclass(frozen=True, slots=True)
class KeyAuth(_Unsigned):
    """`key`: an API key of the tenant, as a bearer token (RFC 6750) or in `X-Api-Key`."""

    def verify(
        self,
        request: InboundRequest,
        raw: bytes,
        secrets: Secrets,
        check_key: KeyCheck,
        now: Milliseconds,
    ) -> Rejected | None:
        """401 without a key of the tenant's, 403 when the key lacks the scope `trigger`."""
        presented = _credentials(request, "bearer") or request.headers.get("x-api-key", "")
        if not presented:
            missing = "An API key is missing; send it as Authorization: Bearer <key> or X-Api-Key."
            return unauthorized(missing, _BEARER)
        status = check_key(presented) if presented.isascii() else 401
        if status == 401:
            challenge = f'{_BEARER}, error="invalid_token"'
            return unauthorized("The API key is not valid here.", challenge)
        return None if status == 200 else _out_of_scope()


@dataclass(frozen=True, slots=True)
class BasicAuth(_Unsigned):
    """`basic`: a user name and a secret as password (RFC 7617, in UTF-8)."""

    user: bytes
    secret: str

    def verify(
        self,
        request: InboundRequest,
        raw: bytes,
        secrets: Secrets,
        check_key: KeyCheck,
        now: Milliseconds,
    ) -> Rejected | None:
        """401 unless user and password are the expected ones."""
        token = _credentials(request, "basic")
        if not token:
            return unauthorized("Send user and password as Authorization: Basic.", _BASIC)
        user, colon, password = _decoded(token).partition(b":")
        if not colon:
            malformed = "Authorization: Basic needs the base64 of user:password."
            return unauthorized(malformed, _BASIC)
        expected = secret_bytes(secrets, self.secret)
        internal = unusable_secret(self.secret) if expected is None else ""
        if expected is None or not same(user, self.user) & same(password, expected):
            return unauthorized("User or password is wrong.", _BASIC, internal)
        return None


@dataclass(frozen=True, slots=True)
class HeaderAuth(_Unsigned):
    """`header`: a header of the partner's choice carries the secret as it is."""

    header: str
    secret: str

    def verify(
        self,
        request: InboundRequest,
        raw: bytes,
        secrets: Secrets,
        check_key: KeyCheck,
        now: Milliseconds,
    ) -> Rejected | None:
        """401 unless the header's value is the secret."""
        challenge = f'Header {REALM}, header="{self.header}"'
        presented = request.headers.get(self.header.lower())
        if not presented:
            return unauthorized(f"The header {self.header} is missing.", challenge)
        expected = secret_bytes(secrets, self.secret)
        internal = unusable_secret(self.secret) if expected is None else ""
        if expected is None or not same(wire_bytes(presented), expected):
            return unauthorized(f"The value of {self.header} is wrong.", challenge, internal)
        return None


def _credentials(request: InboundRequest, scheme: str) -> str:
    """What follows the scheme in `Authorization`, or nothing when the scheme is another."""
    found, _, credentials = request.headers.get("authorization", "").partition(" ")
    return credentials.strip() if found.lower() == scheme else ""


def _decoded(token: str) -> bytes:
    try:
        return binascii.a2b_base64(token, strict_mode=True)
    except ValueError:
        return b""


def _out_of_scope() -> Rejected:
    challenge = f'{_BEARER}, error="insufficient_scope", scope="trigger"'
    detail = "The API key may not start automations; it lacks the scope trigger."
    return Rejected(403, "Forbidden", detail, headers=(("WWW-Authenticate", challenge),))
