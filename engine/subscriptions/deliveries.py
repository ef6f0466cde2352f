"""Deliveries as people handle them: looked at, and sent again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.clock import Clock
from core.errors import ConflictError, GuardMissed, NotFoundError
from core.model import Page
from core.store import Store
from core.subscriptions import Delivery, DeliveryFilter, DeliveryStatus, Subscription
from core.writes import ListQuery, Write
from engine.audit import AuditService
from engine.subscriptions.message import message_of
from engine.subscriptions.transitions import DeliveryTransitions
from engine.vault import Vault

REPLAYED_AT_ONCE = 200
MOST_REPLAYED = 10_000
"""How many deliveries one call sends again."""


@dataclass(frozen=True, slots=True)
class DeliveryDetail:
    """A delivery, its message (secrets in it masked), and its subscription where there is one."""

    delivery: Delivery
    message: Mapping[str, Any]
    subscription: Subscription | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many are sent again, and whether there are more that the same call would send."""

    count: int
    more: bool


class DeliveryService:
    """A tenant's deliveries. `stir` is called when some became due."""

    def __init__(
        self,
        store: Store,
        transitions: DeliveryTransitions,
        vault: Vault,
        audit: AuditService,
        clock: Clock,
        stir: Callable[[], None],
    ) -> None:
        self._store = store
        self._transitions = transitions
        self._vault = vault
        self._audit = audit
        self._clock = clock
        self._stir = stir

    def list(self, tenant: str, which: DeliveryFilter, query: ListQuery) -> Page[Delivery]:
        """The newest first, without their data and attempts."""
        return self._store.deliveries.list(tenant, which, query)

    def get(self, tenant: str, delivery_id: str) -> DeliveryDetail:
        """One delivery. Raises NotFoundError."""
        delivery = self._existing(tenant, delivery_id)
        masker = self._vault.of(tenant).masker
        return DeliveryDetail(
            delivery,
            masker.mask_json(message_of(delivery).envelope),
            self._store.subscriptions.get(tenant, delivery.subscription_id),
        )

    def replay(self, tenant: str, delivery_id: str) -> Delivery:
        """Sends it again at once, under the same id; its attempts are counted anew.

        One that waits for its next attempt is sent now. Raises NotFoundError, and ConflictError
        while it is being sent, and when its subscription takes nothing.
        """
        delivery = self._existing(tenant, delivery_id)
        self._check(tenant, delivery.subscription_id)
        again = self._transitions.replay(delivery, self._clock.now(), guarded=True)
        facts = {"subscription_id": delivery.subscription_id, "type": delivery.event_type}
        note = self._audit.note(tenant, "delivery.replayed", "delivery", delivery.id, "", facts)
        try:
            self._store.commit([again, note])
        except GuardMissed:
            raise ConflictError("the delivery is being sent just now") from None
        self._stir()
        return self._existing(tenant, delivery_id)

    def replay_all(self, tenant: str, which: DeliveryFilter) -> Replayed:
        """Sends again what fits and has ended, the newest first, at most MOST_REPLAYED.

        What belongs to a subscription that takes nothing is left out. Without a status both ends
        are meant. Raises NotFoundError and ConflictError when the filter names such a subscription.
        """
        if which.subscription_id is not None:
            self._check(tenant, which.subscription_id)
        enabled = {one.id for one in self._store.subscriptions.enabled(tenant)}
        count, query = 0, ListQuery(limit=REPLAYED_AT_ONCE)
        while count < MOST_REPLAYED:
            page = self.list(tenant, which, query)
            chosen = [one for one in page.items if _can_go(one, enabled)]
            self._commit(tenant, which, chosen, noted=count > 0)
            count += len(chosen)
            if page.next is None:
                return Replayed(count, more=False)
            query = replace(query, cursor=page.next)
        return Replayed(count, more=True)

    def _commit(
        self, tenant: str, which: DeliveryFilter, chosen: Sequence[Delivery], *, noted: bool
    ) -> None:
        """Sends these again; the audit log tells of the first of them what was asked for."""
        if not chosen:
            return
        now = self._clock.now()
        writes = [self._transitions.replay(one, now, guarded=False) for one in chosen]
        if not noted:
            writes.append(self._note_all(tenant, which))
        self._store.commit(writes)
        self._stir()

    def _note_all(self, tenant: str, which: DeliveryFilter) -> Write:
        kind = "subscription" if which.subscription_id else "delivery"
        detail = {"type": which.event_type, "status": which.status}
        return self._audit.note(
            tenant, "deliveries.replayed", kind, which.subscription_id or "", "", detail
        )

    def _existing(self, tenant: str, delivery_id: str) -> Delivery:
        found = self._store.deliveries.get(tenant, delivery_id)
        if found is None:
            raise NotFoundError(f"there is no delivery {delivery_id}")
        return found

    def _check(self, tenant: str, subscription_id: str) -> None:
        """Raises NotFoundError or ConflictError unless the subscription takes deliveries."""
        subscription = self._store.subscriptions.get(tenant, subscription_id)
        if subscription is None:
            raise NotFoundError(f"there is no subscription {subscription_id}")
        if not subscription.enabled:
            raise ConflictError("the subscription is disabled; enable it first")


def _can_go(delivery: Delivery, enabled: Collection[str]) -> bool:
    """Whether a delivery has ended and somebody takes it."""
    ended = delivery.status is not DeliveryStatus.PENDING
    return ended and delivery.subscription_id in enabled
