"""Subscriptions as people handle them: made, changed, given another secret, removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from core.clock import Clock, Milliseconds
from core.errors import ConflictError, GuardMissed, NotFoundError
from core.ids import new_id
from core.model import Page
from core.signing import new_signing_secret
from core.store import Store
from core.subscriptions import DeliveryCounts, Subscription
from core.writes import ListQuery, Write
from engine.acting import acting
from engine.audit import AuditService
from engine.subscriptions.definition import Definition, changed_definition, read_definition
from engine.subscriptions.deliverer import DELETED, DISABLED
from engine.subscriptions.index import SubscriptionIndex
from engine.subscriptions.transitions import DeliveryTransitions

OVERLAP: Milliseconds = 24 * 3_600_000
"""How long the secret before signs as well, after another was made."""
MOST_COUNTED = 1_000
"""Up to how many deliveries of each kind are counted for a list."""

_CHANGED = "somebody else changed the subscription meanwhile; read it again and repeat it"


@dataclass(frozen=True, slots=True)
class SubscriptionDetail:
    """A subscription, and how its deliveries stand; each number is exact below MOST_COUNTED."""

    subscription: Subscription
    counts: DeliveryCounts


class SubscriptionService:
    """A tenant's subscriptions."""

    def __init__(
        self,
        store: Store,
        index: SubscriptionIndex,
        transitions: DeliveryTransitions,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._store = store
        self._index = index
        self._transitions = transitions
        self._audit = audit
        self._clock = clock

    def list(self, tenant: str, query: ListQuery) -> Page[SubscriptionDetail]:
        """The newest first."""
        page = self._store.subscriptions.list(tenant, query)
        return Page(self._details(tenant, page.items), page.next)

    def get(self, tenant: str, subscription_id: str) -> SubscriptionDetail:
        """One subscription. Raises NotFoundError."""
        return self._details(tenant, [self._existing(tenant, subscription_id)])[0]

    def titles(self, tenant: str, subscription_ids: Sequence[str]) -> Mapping[str, str]:
        """What those of these that are there are called, by id."""
        return self._store.subscriptions.titles(tenant, subscription_ids)

    def create(self, tenant: str, written: Any) -> tuple[SubscriptionDetail, str]:
        """A new subscription and its signing secret, which nothing can show again.

        Raises InvalidError with every fault.
        """
        now, secret = self._clock.now(), new_signing_secret()
        made = Subscription(
            id=new_id(),
            tenant=tenant,
            **_members(read_definition(written)),
            revision=1,
            owner=acting(),
            created_at=now,
            updated_at=now,
        )
        self._commit("created", made, self._store.subscriptions.insert(made, secret))
        return SubscriptionDetail(made, DeliveryCounts()), secret

    def change(
        self, tenant: str, subscription_id: str, change: Any, revision: int | None = None
    ) -> SubscriptionDetail:
        """Changes what is named (JSON Merge Patch, RFC 7396).

        Enabling it, and another URL, give it another five days. What waits for one that is disabled
        is given up. Raises NotFoundError, InvalidError, and ConflictError when somebody else
        changed it meanwhile: since `revision`, where that is given.
        """
        before = self._existing(tenant, subscription_id)
        if revision is not None and revision != before.revision:
            raise ConflictError(_CHANGED)
        after = _changed(before, changed_definition(before, change), self._clock.now())
        writes = [self._store.subscriptions.replace(after, before.revision)]
        if after.url != before.url or (after.enabled and not before.enabled):
            writes.append(self._store.subscriptions.forgive(tenant, subscription_id))
        try:
            self._commit(_deed(before, after), after, *writes)
        except GuardMissed:
            raise ConflictError(_CHANGED) from None
        if before.enabled and not after.enabled:
            self._bury(after, DISABLED)
        return self.get(tenant, subscription_id)

    def rotate(self, tenant: str, subscription_id: str) -> tuple[SubscriptionDetail, str]:
        """Another signing secret, shown this once; the one before signs too for OVERLAP.

        Raises NotFoundError.
        """
        one, secret = self._existing(tenant, subscription_id), new_signing_secret()
        now = self._clock.now()
        rotate = self._store.subscriptions.rotate(tenant, one.id, secret, now, now + OVERLAP)
        self._commit_existing("rotated", one, rotate)
        return self.get(tenant, subscription_id), secret

    def delete(self, tenant: str, subscription_id: str) -> None:
        """Removes a subscription; what was delivered stays listed. Raises NotFoundError."""
        one = self._existing(tenant, subscription_id)
        self._commit_existing("deleted", one, self._store.subscriptions.delete(tenant, one.id))
        self._bury(one, DELETED)

    def _existing(self, tenant: str, subscription_id: str) -> Subscription:
        found = self._store.subscriptions.get(tenant, subscription_id)
        if found is None:
            raise NotFoundError(f"there is no subscription {subscription_id}")
        return found

    def _details(
        self, tenant: str, subscriptions: Sequence[Subscription]
    ) -> tuple[SubscriptionDetail, ...]:
        ids = [one.id for one in subscriptions]
        counts = self._store.deliveries.counts(tenant, ids, MOST_COUNTED)
        return tuple(SubscriptionDetail(one, counts[one.id]) for one in subscriptions)

    def _commit(self, deed: str, one: Subscription, *writes: Write) -> None:
        """Commits a change with its audit entry. Raises GuardMissed."""
        verb = f"subscription.{deed}"
        note = self._audit.note(one.tenant, verb, "subscription", one.id, one.title)
        self._store.commit([*writes, note])
        self._index.forget(one.tenant)

    def _commit_existing(self, deed: str, one: Subscription, write: Write) -> None:
        try:
            self._commit(deed, one, write)
        except GuardMissed:
            raise NotFoundError(f"there is no subscription {one.id}") from None

    def _bury(self, one: Subscription, reason: str) -> None:
        self._transitions.bury(one.tenant, one.id, reason, self._clock.now())


def _members(definition: Definition) -> dict[str, Any]:
    return {one.name: getattr(definition, one.name) for one in fields(definition)}


def _changed(before: Subscription, definition: Definition, now: Milliseconds) -> Subscription:
    # What Penstock disabled stays so, with its reason, until somebody enables it.
    because = None if definition.enabled else before.disabled_because
    return replace(
        before,
        **_members(definition),
        disabled_because=because,
        revision=before.revision + 1,
        updated_at=now,
    )


def _deed(before: Subscription, after: Subscription) -> str:
    if before.enabled == after.enabled:
        return "changed"
    return "enabled" if after.enabled else "disabled"
