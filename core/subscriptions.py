"""Standing orders to send events to endpoints, and the events on their way there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from core.accounts import Actor
from core.clock import Milliseconds


class DeliveryStatus(StrEnum):
    """Where a delivery stands: on its way, there, or given up (a dead letter)."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


class AttemptOutcome(StrEnum):
    """What one attempt of a delivery came to."""

    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Scope:
    """About which automations the events may be: those named, and those with one of the tags.

    Without either, events about anything and about nothing are meant.
    """

    automations: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it leaves nothing out."""
        return not self.automations and not self.tags


@dataclass(frozen=True, slots=True)
class Subscription:
    """A standing order. `events` are names and patterns (`core.event_names`).

    `url`, `payload` and the values of `headers` are templates over the message; without a payload
    the message is sent as it is. `owner` is who made it. `disabled_because` says why Penstock
    disabled it; None when a person did, or nobody. `failing_since` is the first failed attempt
    after the last success. `revision` counts the changes that people made.
    """

    id: str
    tenant: str
    name: str
    url: str
    events: tuple[str, ...]
    scope: Scope
    payload: Any
    headers: Mapping[str, str]
    enabled: bool
    revision: int
    owner: Actor
    created_at: Milliseconds
    updated_at: Milliseconds
    disabled_because: str | None = None
    failing_since: Milliseconds | None = None
    last_success_at: Milliseconds | None = None
    previous_secret_until: Milliseconds | None = None

    @property
    def title(self) -> str:
        """What people call it: its name, or else its URL."""
        return self.name or self.url


@dataclass(frozen=True, slots=True)
class SigningSecrets:
    """What signs: the secret, and, until a moment, the one it replaced."""

    current: str = field(repr=False)
    previous: str | None = field(default=None, repr=False)
    previous_until: Milliseconds | None = None

    def valid(self, now: Milliseconds) -> tuple[str, ...]:
        """The secrets to sign with now, the current one first."""
        if self.previous is None or self.previous_until is None or now >= self.previous_until:
            return (self.current,)
        return (self.current, self.previous)


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """One try. `status` is what the endpoint answered, None when no whole answer came.

    `request_id` is its entry of the request log, None when nothing could be sent.
    """

    number: int
    started_at: Milliseconds
    duration: Milliseconds
    outcome: AttemptOutcome
    status: int | None = None
    reason: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one subscription. Its id is the `webhook-id` of every attempt.

    `event_id` to `data` are those of the platform event. `tries` counts the attempts since it was
    made or replayed, `attempts` are the last ones of all. `due_at` is when it is to be taken up;
    None while an executor holds it, and at its end. `token` is the fencing token, as runs have one.
    """

    id: str
    tenant: str
    subscription_id: str
    event_id: str
    event_type: str
    version: int
    occurred_at: Milliseconds
    data: Mapping[str, Any]
    status: DeliveryStatus
    token: int
    created_at: Milliseconds
    automation_id: str | None = None
    executor: str | None = None
    due_at: Milliseconds | None = None
    finished_at: Milliseconds | None = None
    tries: int = 0
    error: str | None = None
    attempts: tuple[DeliveryAttempt, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries; None means any. `since` and `until` bound the creation's moment."""

    subscription_id: str | None = None
    status: DeliveryStatus | None = None
    event_type: str | None = None
    since: Milliseconds | None = None
    until: Milliseconds | None = None


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """How many deliveries of a subscription are on their way, and how many were given up."""

    pending: int = 0
    dead: int = 0


@dataclass(frozen=True, slots=True)
class DeliveryQueue:
    """The deliveries of a subscription that wait: when the first is due, and how it has gone."""

    subscription_id: str
    due_at: Milliseconds
    failing: bool
