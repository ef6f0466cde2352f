"""HTTP as the rooms hand it to one another: plain data, no library's objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from core.clock import Milliseconds

Headers = tuple[tuple[str, str], ...]
"""Header fields in order, names as they were written."""


@dataclass(frozen=True, slots=True)
class InboundRequest:
    """A request as it came in. Header names are lower-cased, repeated fields joined by `, `.

    `read_body` gives the raw bytes, once; `BodyTooLarge` when more than its argument arrive,
    `BodyIncomplete` when the sender broke off. `remote_address` is the caller's own, whatever
    trusted proxies are between; `url` is the absolute one that the caller asked for, with its
    query, as far as it is known.
    """

    method: str
    path: str
    query: Mapping[str, str | list[str]]
    headers: Mapping[str, str]
    remote_address: str
    read_body: Callable[[int], bytes]
    url: str = ""


class BodyTooLarge(Exception):
    """More bytes arrived than the trigger takes."""


class BodyIncomplete(Exception):
    """Fewer bytes arrived than were announced: the sender broke off."""


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """What a TLS connection shows of its client: both in PEM, the chain behind the certificate."""

    certificate: str = field(repr=False)
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OutboundRequest:
    """One request to send. Times in milliseconds; `max_response` in bytes of decoded body.

    `client_certificate` is shown to the origin of `url` alone, not to where a redirect leads.
    """

    method: str
    url: str
    headers: Headers = ()
    body: bytes | None = None
    timeout: Milliseconds = 15_000
    connect_timeout: Milliseconds = 5_000
    max_redirects: int = 0
    max_response: int = 1 << 20
    client_certificate: ClientCertificate | None = None


def with_fields(request: OutboundRequest, fields: Headers) -> OutboundRequest:
    """The request with these fields, too; those that it has already stay as they are."""
    known = {name.lower() for name, _ in request.headers}
    added = tuple(field for field in fields if field[0].lower() not in known)
    return replace(request, headers=(*request.headers, *added)) if added else request


class Reach(StrEnum):
    """Where a request went, in a few words that name nobody."""

    PUBLIC = "public"
    PRIVATE = "private"
    """An address that is reachable because an operator allows it."""
    UNREACHED = "unreached"
    """There was no address to go to: no name, none that is allowed, or held back."""


@dataclass(frozen=True, slots=True)
class OutboundResponse:
    """What came back. Header names are lower-cased; `body` is cut at `max_response`."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    truncated: bool
    duration: Milliseconds
    reach: Reach = Reach.PUBLIC


class FailureKind(StrEnum):
    """Why no whole response came back."""

    REFUSED_ADDRESS = "refused_address"
    """The guard does not allow the address; trying again cannot help."""
    INVALID_REQUEST = "invalid_request"
    """The request cannot be sent as it is (bad URL, CR or LF in a header); nothing was sent."""
    NAME = "name"
    """The host's name did not resolve."""
    CONNECT = "connect"
    """No connection: refused, unreachable, or TLS failed."""
    TIMEOUT = "timeout"
    """The whole attempt took longer than its timeout."""
    BROKEN = "broken"
    """The connection broke, or what came back is not HTTP."""
    HELD_BACK = "held_back"
    """Nothing was sent: the endpoint, or those who call others, had to be spared."""


@dataclass(frozen=True, slots=True)
class SendFailure:
    """No whole response came back; `message` says why in words a person can act on.

    `until` is there when the request was held back: the moment from which it may be sent.
    """

    kind: FailureKind
    message: str
    duration: Milliseconds
    until: Milliseconds | None = None
    reach: Reach = Reach.UNREACHED

    @property
    def may_pass(self) -> bool:
        """Whether another attempt could do better."""
        return self.kind not in (FailureKind.REFUSED_ADDRESS, FailureKind.INVALID_REQUEST)


SendResult = OutboundResponse | SendFailure


class Sender(Protocol):
    """The port to the only room that opens outbound connections."""

    def send(self, request: OutboundRequest) -> SendResult:
        """Sends once and waits for the whole answer. Raises nothing for what a partner does."""
        ...

    def close(self) -> None:
        """Closes idle connections."""
        ...
