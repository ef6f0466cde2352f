"""Makes deliveries of platform events: one for each subscription that asked for such an event."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence

from core import log_context
from core.clock import Clock
from core.errors import StorageUnavailable
from core.ids import new_id
from core.platform_events import PlatformEvent
from core.subscription_store import Deliveries
from core.subscriptions import Delivery, DeliveryStatus, Subscription
from core.writes import Write
from engine.catalog import Catalog
from engine.events.subscription_events import is_about
from engine.subscriptions.index import SubscriptionIndex
from engine.subscriptions.scope import is_within

logger = logging.getLogger(__name__)


class SubscriptionConsumer:
    """An `engine.events.consumers.Consumer`. `stirred` is set when deliveries became due here."""

    def __init__(
        self, index: SubscriptionIndex, deliveries: Deliveries, catalog: Catalog, clock: Clock
    ) -> None:
        self.stirred = threading.Event()
        self._index = index
        self._deliveries = deliveries
        self._catalog = catalog
        self._clock = clock

    def wants(self, tenant: str, event_type: str) -> bool:
        """Whether a subscription chose this type; yes while that cannot be known."""
        try:
            return bool(self._index.of_type(tenant, event_type))
        except StorageUnavailable as error:
            # Asked in the middle of something that must not fail; `take` is asked again later.
            words, told_of = "the subscriptions of %s cannot be read: %s", log_context.of(tenant)
            logger.warning(words, tenant, error, extra=told_of)
            return True

    def take(self, event: PlatformEvent) -> Sequence[Write]:
        """A delivery, due at once, for each subscription that the event is meant for."""
        return [
            self._deliveries.insert(self._delivery(event, one)) for one in self._receivers(event)
        ]

    def taken(self) -> None:
        """Deliveries are due: somebody can send them."""
        self.stirred.set()

    def _receivers(self, event: PlatformEvent) -> Iterator[Subscription]:
        def tags_of(automation_id: str) -> Sequence[str]:
            live = self._catalog.of(event.tenant).live.get(automation_id)
            return live.automation.tags if live else ()

        for one in self._index.of_type(event.tenant, event.type):
            # What was disabled is not told of it, whatever this process still believes.
            if not is_about(event, one.id) and is_within(one.scope, event.automation_id, tags_of):
                yield one

    def _delivery(self, event: PlatformEvent, subscription: Subscription) -> Delivery:
        now = self._clock.now()
        return Delivery(
            id=new_id(),
            tenant=event.tenant,
            subscription_id=subscription.id,
            event_id=event.id,
            event_type=event.type,
            version=event.version,
            occurred_at=event.occurred_at,
            data=event.data,
            automation_id=event.automation_id,
            status=DeliveryStatus.PENDING,
            token=0,
            created_at=now,
            due_at=now,
        )
