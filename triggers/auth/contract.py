"""What every kind of authentication offers, and how each of them refuses."""

from __future__ import annotations

import hmac
from typing import Protocol

from core.clock import Milliseconds
from core.http import InboundRequest
from core.spec import KeyCheck, Rejected, Secrets

REALM = 'realm="penstock"'


class Auth(Protocol):
    """How a trigger tells its callers from strangers; made once a trigger."""

    @property
    def reads_body(self) -> bool:
        """Whether `verify` needs the body; if not, it is called before the body is read."""
        ...

    def verify(
        self,
        request: InboundRequest,
        raw: bytes,
        secrets: Secrets,
        check_key: KeyCheck,
        now: Milliseconds,
    ) -> Rejected | None:
        """None when the caller may go on. `raw` is the body as it came, or empty."""
        ...


def unauthorized(detail: str, challenge: str, internal: str = "") -> Rejected:
    """A 401 with the challenge RFC 9110 (section 11.6.1) asks for."""
    headers = (("WWW-Authenticate", challenge),)
    return Rejected(401, "Unauthorized", detail, headers=headers, internal=internal)


def secret_bytes(secrets: Secrets, name: str) -> bytes | None:
    """The secret in UTF-8, or None when there is none or an empty one, which protects nothing."""
    value = secrets.reveal(name)
    return value.encode("utf-8", "surrogatepass") if value else None


def unusable_secret(name: str) -> str:
    """What the operator must read when `secret_bytes` gave None."""
    return f"The trigger's auth needs the secret {name}, which does not exist or is empty."


def wire_bytes(value: str) -> bytes:
    """A header's value as the bytes that came: servers hand them over decoded as Latin-1."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")


def same(presented: bytes, expected: bytes) -> bool:
    """Whether both are equal, in a time that does not tell how much of them is."""
    return hmac.compare_digest(presented, expected)
