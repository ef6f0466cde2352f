"""What every kind of authentication offers, and how each of them refuses."""

from __future__ import annotations

from typing import Any, Protocol

from core.clock import Milliseconds
from core.http import InboundRequest
from core.webhooks import Answered, KeyCheck, Rejected, Secrets

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

    def handshake(self, body: Any) -> Answered | None:
        """The answer to a verified request that is only the provider's question, by its body."""
        ...

    def delivery_id(self, request: InboundRequest, body: Any) -> str | None:
        """The provider's id of a verified request, by which a repetition is told; None for none."""
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
