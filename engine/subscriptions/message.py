"""What is sent: an event as its receiver sees it (Standard Webhooks 1.0, payload guidance)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.clock import Milliseconds, to_rfc3339
from core.subscriptions import Delivery

MEMBERS = ("id", "type", "version", "timestamp", "tenant", "data")
"""What a message consists of, and what the templates of a subscription can refer to."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. Its id is the `webhook-id` of every attempt; `occurred_at` is the event's."""

    id: str
    tenant: str
    type: str
    version: int
    occurred_at: Milliseconds
    data: Mapping[str, Any]

    @property
    def envelope(self) -> dict[str, Any]:
        """The body of a subscription without a payload of its own."""
        return {
            "id": self.id,
            "type": self.type,
            "version": self.version,
            "timestamp": to_rfc3339(self.occurred_at),
            "tenant": self.tenant,
            "data": self.data,
        }


def message_of(delivery: Delivery) -> Message:
    """The message of a delivery."""
    return Message(
        id=delivery.id,
        tenant=delivery.tenant,
        type=delivery.event_type,
        version=delivery.version,
        occurred_at=delivery.occurred_at,
        data=delivery.data,
    )
