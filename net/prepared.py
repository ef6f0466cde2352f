"""A request made ready to be written on a connection, checked whole before anything is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.http import ClientCertificate, FailureKind, OutboundRequest
from net.failures import SendError
from net.headers import TOKEN, Fields, checked_fields
from net.url import Target, parse_url

_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """What goes to one target; a redirect makes another one of it."""

    target: Target
    method: str
    fields: Fields
    body: bytes | None
    certificate: ClientCertificate | None = None

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice means sending it once.

        By its method (RFC 9110, section 9.2.2), or because it carries a key by which the partner
        knows a repetition.
        """
        return self.method in _IDEMPOTENT or any(
            name.lower() == "idempotency-key" for name in self.fields
        )


def prepare(request: OutboundRequest, defaults: Mapping[str, str]) -> PreparedRequest:
    """Checks a request whole. Raises SendError (INVALID_REQUEST, REFUSED_ADDRESS)."""
    if not TOKEN.fullmatch(request.method) or request.method.upper() == "CONNECT":
        raise SendError(
            FailureKind.INVALID_REQUEST,
            f"the method {request.method[:40]!r} cannot be sent; use one such as GET or POST",
        )
    target = parse_url(request.url)
    fields = checked_fields(request.headers, defaults)
    certificate = request.client_certificate
    if certificate is not None and target.scheme != "https":
        raise SendError(
            FailureKind.INVALID_REQUEST,
            "a client certificate goes over TLS alone; the URL has to begin with https://",
        )
    return PreparedRequest(target, request.method, fields, request.body, certificate)
