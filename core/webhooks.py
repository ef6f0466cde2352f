"""What a webhook trigger is given of the world, and what it makes of a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.clock import Milliseconds
from core.http import InboundRequest


@dataclass(frozen=True, slots=True)
class Received:
    """What a trigger made of a request: the event's content.

    `body` is the parsed body (JSON value, form fields, text), `raw` the bytes as they came, and
    `is_json` says that `raw` is the JSON text of `body`. `delivery_id` is what the provider calls
    this delivery, and calls it again when it sends it again; it goes before `idempotency_key`.
    """

    body: object
    raw: bytes
    content_type: str
    params: Mapping[str, str]
    idempotency_key: str | None
    is_json: bool = False
    delivery_id: str | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that the trigger answers by itself and that is no event, such as a handshake.

    `detail` says to whoever listens what was asked and answered.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    detail: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why a request was not taken: the status, the reason in words, headers as it needs them.

    `internal` is for the operator's log alone: what the caller must not learn, such as a missing
    secret. `extra` holds further members of the problem.
    """

    status: int
    title: str
    detail: str
    faults: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    internal: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


class Secrets(Protocol):
    """Reads a tenant's secrets."""

    def reveal(self, name: str) -> str | None:
        """The value, or None when the tenant has none of that name."""
        ...


class KeyCheck(Protocol):
    """Tells whether a presented API key may start this tenant's automations."""

    def __call__(self, presented: str) -> int:
        """200 when it may, 401 when it is no key of the tenant's, 403 without its scope."""
        ...


class Door(Protocol):
    """Lets requests in, as many as may come."""

    def look(self) -> Rejected | None:
        """Asked before work is done for a caller who is not known yet; counts nothing."""
        ...

    def enter(self) -> Rejected | None:
        """Asked once the caller is known: counts the request, unless there are too many."""
        ...


class OpenDoor:
    """A `Door` that lets everybody in."""

    def look(self) -> Rejected | None:
        """None."""
        return None

    def enter(self) -> Rejected | None:
        """None."""
        return None


OPEN_DOOR: Door = OpenDoor()


class WebhookTrigger(Protocol):
    """A compiled webhook trigger of one automation: everything that can be made ready is ready."""

    @property
    def path(self) -> str:
        """The path below `/hooks/<tenant>/`, with `{name}` segments."""
        ...

    @property
    def methods(self) -> frozenset[str]:
        """The methods it takes, upper-case."""
        ...

    @property
    def respond(self) -> str:
        """`accepted`, `step` or `finished`."""
        ...

    @property
    def respond_timeout(self) -> Milliseconds:
        """How long a caller waits for an answer."""
        ...

    @property
    def idempotency_window(self) -> Milliseconds:
        """How long a key is remembered."""
        ...

    def preflight(self, request: InboundRequest) -> tuple[tuple[str, str], ...] | None:
        """The headers that answer a CORS preflight, or None when the origin may not."""
        ...

    def cors_headers(self, request: InboundRequest) -> tuple[tuple[str, str], ...]:
        """The CORS headers any answer to this request carries."""
        ...

    def receive(
        self,
        request: InboundRequest,
        params: Mapping[str, str],
        secrets: Secrets,
        check_key: KeyCheck,
        now: Milliseconds,
        door: Door = OPEN_DOOR,
    ) -> Received | Answered | Rejected:
        """Reads, verifies and parses a request. Raises nothing for what a client sends."""
        ...
