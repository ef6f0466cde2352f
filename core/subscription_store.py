"""The ports to subscriptions and their deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from core.clock import Milliseconds
from core.model import Page
from core.subscriptions import (
    Delivery,
    DeliveryCounts,
    DeliveryFilter,
    DeliveryQueue,
    SigningSecrets,
    Subscription,
)
from core.writes import ListQuery, Write


class Subscriptions(Protocol):
    """Standing orders, and their signing secrets, encrypted at rest."""

    def get(self, tenant: str, subscription_id: str) -> Subscription | None:
        """One subscription, or None."""
        ...

    def list(self, tenant: str, query: ListQuery) -> Page[Subscription]:
        """A tenant's subscriptions, the newest first."""
        ...

    def enabled(self, tenant: str) -> Sequence[Subscription]:
        """Every subscription of a tenant that takes events."""
        ...

    def titles(self, tenant: str, subscription_ids: Sequence[str]) -> Mapping[str, str]:
        """What those of these subscriptions are called that are there, by id: name, or else URL."""
        ...

    def secrets(self, tenant: str, subscription_id: str) -> SigningSecrets | None:
        """What a subscription signs with, or None when there is none."""
        ...

    def insert(self, subscription: Subscription, secret: str) -> Write:
        """Adds a subscription."""
        ...

    def replace(self, subscription: Subscription, revision: int) -> Write:
        """Writes what people decide; guarded: refused unless the stored revision is `revision`."""
        ...

    def rotate(
        self,
        tenant: str,
        subscription_id: str,
        secret: str,
        now: Milliseconds,
        previous_until: Milliseconds,
    ) -> Write:
        """Gives it another secret and keeps the one before until a moment; guarded: refused when
        there is none.
        """
        ...

    def forgive(self, tenant: str, subscription_id: str) -> Write:
        """Forgets since when it has been failing."""
        ...

    def delete(self, tenant: str, subscription_id: str) -> Write:
        """Guarded: refused when there is none."""
        ...

    def succeeded(self, tenant: str, subscription_id: str, now: Milliseconds) -> Write:
        """The endpoint took a delivery."""
        ...

    def failed(self, tenant: str, subscription_id: str, now: Milliseconds) -> Write:
        """An attempt failed."""
        ...

    def disable(
        self,
        tenant: str,
        subscription_id: str,
        reason: str,
        now: Milliseconds,
        failing_before: Milliseconds | None = None,
    ) -> Write:
        """Penstock disables it; guarded: refused when it is disabled already, and, with
        `failing_before`, unless it has been failing since that moment or longer.
        """
        ...


class Deliveries(Protocol):
    """Events on their way. Only `engine.subscriptions.transitions` calls what moves a state."""

    def get(self, tenant: str, delivery_id: str) -> Delivery | None:
        """One delivery, or None."""
        ...

    def list(self, tenant: str, which: DeliveryFilter, query: ListQuery) -> Page[Delivery]:
        """A tenant's deliveries, the newest first, without their data and attempts."""
        ...

    def counts(
        self, tenant: str, subscription_ids: Sequence[str], most: int
    ) -> Mapping[str, DeliveryCounts]:
        """How many are pending and dead, each counted up to `most`."""
        ...

    def insert(self, delivery: Delivery) -> Write:
        """Adds a delivery."""
        ...

    def keep(self, delivery: Delivery) -> Write:
        """Writes how a delivery stands after an attempt, in nobody's hands; guarded by its token
        and refused when it is not pending.
        """
        ...

    def requeue(self, delivery: Delivery, now: Milliseconds, *, guarded: bool) -> Write:
        """Makes a delivery that nobody holds pending and due, its tries counted anew, with a new
        token. Where another moved it meanwhile nothing happens, or, `guarded`, it is refused.
        """
        ...

    def bury(
        self, tenant: str, subscription_id: str, reason: str, now: Milliseconds, limit: int
    ) -> int:
        """Gives up what waits for a subscription, at most `limit`; how many. Commits by itself."""
        ...

    def queues(self) -> Sequence[DeliveryQueue]:
        """Every subscription, of any tenant, for which deliveries wait."""
        ...

    def due(self, now: Milliseconds, shares: Mapping[str, int]) -> Sequence[str]:
        """The ids of due deliveries, the longest due first, of each subscription so many."""
        ...

    def claim(
        self, executor: str, delivery_ids: Sequence[str], now: Milliseconds
    ) -> Sequence[Delivery]:
        """Takes those over that are still due, each with a new token. Commits by itself."""
        ...

    def rescue(self, now: Milliseconds) -> int:
        """Makes what an executor held whose lease is over due, with a new token; how many."""
        ...
