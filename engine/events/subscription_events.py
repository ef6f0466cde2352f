"""The events that tell what became of subscriptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.clock import Milliseconds, to_rfc3339
from core.platform_events import PlatformEvent
from core.subscriptions import Subscription
from engine.events.types import EventType, data_schema

SUBSCRIPTION_DISABLED = "subscription.disabled"

_PROPERTIES: Mapping[str, Any] = {
    "subscription_id": {"type": "string", "description": "The subscription's id."},
    "name": {"type": "string", "description": "What it is called; empty when it has no name."},
    "reason": {"type": "string", "description": "Why Penstock disabled it, in words."},
    "failing_since": {
        "type": ["string", "null"],
        "format": "date-time",
        "description": "Since when no delivery of it has succeeded.",
    },
    "disabled_at": {"type": "string", "format": "date-time", "description": "When that was."},
    "owner": {
        "type": "object",
        "description": "Who made it: a user, an API key, the command line or Penstock.",
        "required": ["kind", "id", "name"],
        "properties": {
            "kind": {"enum": ["user", "key", "command", "system"]},
            "id": {"type": "string"},
            "name": {"type": "string"},
        },
    },
}

SUBSCRIPTION_EVENTS = (
    EventType(
        SUBSCRIPTION_DISABLED,
        1,
        "A subscription was disabled",
        "Penstock disabled a subscription because its endpoint is gone (410), or because nothing "
        "could be delivered for five days. The subscription itself is not told.",
        data_schema(_PROPERTIES),
        {
            "subscription_id": "0192e4a0-7b1c-7abc-8def-0123456789ab",
            "name": "Billing",
            "reason": "nothing could be delivered for 5 days",
            "failing_since": "2026-11-16T09:30:00.000Z",
            "disabled_at": "2026-11-21T09:30:00.000Z",
            "owner": {
                "kind": "user",
                "id": "0192e4a0-7b1c-7abc-8def-0123456789ab",
                "name": "Ada",
            },
        },
    ),
)


def disabled_data(subscription: Subscription, reason: str, now: Milliseconds) -> Mapping[str, Any]:
    """The data of the event that tells that a subscription was disabled."""
    owner, since = subscription.owner, subscription.failing_since
    return {
        "subscription_id": subscription.id,
        "name": subscription.name,
        "reason": reason,
        "failing_since": None if since is None else to_rfc3339(since),
        "disabled_at": to_rfc3339(now),
        "owner": {"kind": owner.kind.value, "id": owner.id, "name": owner.name},
    }


def is_about(event: PlatformEvent, subscription_id: str) -> bool:
    """Whether an event tells that this very subscription was disabled."""
    is_end = event.type == SUBSCRIPTION_DISABLED
    return is_end and event.data.get("subscription_id") == subscription_id
