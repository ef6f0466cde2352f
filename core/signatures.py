"""How a provider's signature scheme describes itself: data from which forms and docs are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.http import InboundRequest
from core.webhooks import Answered


@dataclass(frozen=True, slots=True)
class SchemeSpec:
    """What a scheme is called, what it signs and what is to be configured, in words.

    `headers` are those that carry the signature and what belongs to it, the signature first.
    """

    name: str
    title: str
    description: str
    """Which algorithm signs which parts of the request."""
    headers: tuple[str, ...]
    setup: str
    """What to configure at the provider."""
    key: str
    """What the secret holds, and where the provider shows it."""
    rotation: str
    """How a secret is replaced without a request being refused."""
    delivery: str
    """What tells a repeated delivery; empty when the scheme has nothing of the kind."""
    retries: str
    """When the provider sends a delivery again."""
    window: str
    """An `idempotency_window` that outlasts that; empty where nothing tells a repetition."""
    source: str
    """The address of the provider's own documentation."""
    has_timestamp: bool = False
    """Whether the moment of sending is signed, so that a copied request grows too old."""
    note: str = ""
    """What else there is to know."""
    delivery_id: Callable[[InboundRequest, Any], str | None] | None = None
    """The provider's id of a delivery, from the request and its parsed body."""
    handshake: Callable[[Any], Answered | None] | None = None
    """The answer to a request that only asks whether somebody is there, from its parsed body."""
    secret_fault: Callable[[str], str | None] | None = None
    """Why a secret's value cannot be used, for the operator; the words never hold the value."""
