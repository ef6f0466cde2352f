"""The subscriptions that take events, by tenant: kept in this process, found by type."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.changes import ALONE, Changes
from core.clock import Clock, Milliseconds
from core.subscription_store import Subscriptions
from core.subscriptions import Subscription
from engine.subscriptions.scope import takes_type

FRESH: Milliseconds = 5_000
"""How long a change made by another process may stay unseen."""
MOST_TENANTS = 4096
MOST_TYPES = 1024


@dataclass(frozen=True, slots=True)
class _Known:
    """What a tenant has enabled. `read_at` is when it was read; `by_type` is filled as asked."""

    subscriptions: Sequence[Subscription]
    read_at: Milliseconds
    by_type: dict[str, Sequence[Subscription]] = field(default_factory=dict)

    def of_type(self, event_type: str) -> Sequence[Subscription]:
        found = self.by_type.get(event_type)
        if found is None:
            found = [one for one in self.subscriptions if takes_type(one.events, event_type)]
            # Automations choose names of events, so there may be any number of them.
            if len(self.by_type) < MOST_TYPES:
                self.by_type[event_type] = found
        return found


class SubscriptionIndex:
    """Reads what is enabled and keeps it for a while. A change made here shows at once."""

    def __init__(
        self, subscriptions: Subscriptions, clock: Clock, changes: Changes = ALONE
    ) -> None:
        self._changes = changes
        changes.follow(self.forget_all)
        self._subscriptions = subscriptions
        self._clock = clock
        self._lock = threading.Lock()
        self._tenants: OrderedDict[str, _Known] = OrderedDict()

    def of_type(self, tenant: str, event_type: str) -> Sequence[Subscription]:
        """The enabled subscriptions of a tenant that chose this type, the oldest first.

        Raises StorageUnavailable when they are not known and cannot be read.
        """
        if known := self._fresh(tenant):
            return known.of_type(event_type)
        with self._lock:
            # Of all who came as it grew old, the first reads it for the others.
            return (self._fresh(tenant) or self._refresh(tenant)).of_type(event_type)

    def forget(self, tenant: str) -> None:
        """The subscriptions of the tenant changed."""
        with self._lock:
            self._tenants.pop(tenant, None)
        self._changes.tell()

    def forget_all(self) -> None:
        """Another process changed something."""
        with self._lock:
            self._tenants.clear()

    def _fresh(self, tenant: str) -> _Known | None:
        known = self._tenants.get(tenant)
        if known is None or abs(self._clock.now() - known.read_at) >= FRESH:
            return None
        return known

    def _refresh(self, tenant: str) -> _Known:
        # The moment before: what changes while it is read is read again in time.
        now = self._clock.now()
        read = self._tenants[tenant] = _Known(self._subscriptions.enabled(tenant), now)
        while len(self._tenants) > MOST_TENANTS:
            self._tenants.popitem(last=False)
        return read
