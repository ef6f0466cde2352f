"""Following redirects: the next request, as RFC 9110, section 15.4, and prudence want it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urljoin

from core.http import FailureKind
from net.failures import SendError
from net.headers import Fields
from net.prepared import PreparedRequest
from net.url import parse_url

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEEP_METHOD = frozenset({"GET", "HEAD"})

_KEPT_ACROSS_ORIGINS = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "content-encoding",
        "content-language",
        "content-type",
        "idempotency-key",
        "user-agent",
        "webhook-id",
        "webhook-signature",
        "webhook-timestamp",
    }
)
"""Any other header may carry a credential under a name nobody can guess, so it stays behind."""


def redirected(
    request: PreparedRequest, status: int, headers: Mapping[str, str]
) -> PreparedRequest | None:
    """The request a redirect asks for, or None when the answer is none or says no location.

    A 303 becomes GET, a 301 or 302 turns POST into GET, 307 and 308 keep method and body. A change
    of origin leaves the client certificate behind and all headers that could be credentials. Raises
    SendError: BROKEN for a location that cannot be used, REFUSED_ADDRESS as `parse_url` does.
    """
    location = headers.get("location")
    if status not in _REDIRECTS or location is None:
        return None
    moved = _to_location(request, location)
    if _becomes_get(request.method, status):
        return _without_body(moved)
    return moved


def _to_location(request: PreparedRequest, location: str) -> PreparedRequest:
    try:
        target = parse_url(urljoin(request.target.url, location))
    except ValueError:
        raise _unusable(request, "it is not a URL") from None
    except SendError as error:
        if error.kind is FailureKind.REFUSED_ADDRESS:
            raise
        raise _unusable(request, str(error)) from None
    if target.origin == request.target.origin:
        return replace(request, target=target)
    fields = {
        name: value
        for name, value in request.fields.items()
        if name.lower() in _KEPT_ACROSS_ORIGINS
    }
    return PreparedRequest(target, request.method, fields, request.body)


def _becomes_get(method: str, status: int) -> bool:
    if status == 303:
        return method not in _KEEP_METHOD
    return status in (301, 302) and method == "POST"


def _without_body(request: PreparedRequest) -> PreparedRequest:
    fields: Fields = {
        name: value
        for name, value in request.fields.items()
        if not name.lower().startswith("content-")
    }
    return replace(request, method="GET", fields=fields, body=None)


def _unusable(request: PreparedRequest, fault: str) -> SendError:
    return SendError(
        FailureKind.BROKEN,
        f"{request.target.authority} redirects to a location that cannot be used: {fault}",
    )
