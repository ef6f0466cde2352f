"""Subscriptions on a workbench: events happen, deliveries are sent in the calling thread."""

from __future__ import annotations

from typing import Any

from core.clock import Milliseconds
from core.http import OutboundRequest
from core.ids import new_id
from core.platform_events import PlatformEvent
from core.subscriptions import Delivery, DeliveryFilter, Subscription
from core.writes import ListQuery
from engine.subscriptions.deliverer import Deliverer
from tests.support.workbench import TENANT, Workbench

URL = "https://partner.example/hooks"
EXECUTOR = "workbench"


class PostOffice:
    """`chance` is what spreads the waits: 0 leaves them whole, 1 makes them as short as may be."""

    def __init__(self, bench: Workbench, chance: float = 0.0) -> None:
        self.bench = bench
        self.chance = chance
        parts = bench.parts.subscriptions
        self.subscriptions, self.deliveries = parts.subscriptions, parts.deliveries
        self.examples = parts.examples
        self.stirred = parts.stirred
        self.deliverer: Deliverer = parts.deliverer
        self.deliverer._chance = lambda: self.chance

    @property
    def received(self) -> list[OutboundRequest]:
        """What arrived at endpoints."""
        return self.bench.partner.received

    def subscribe(self, **written: Any) -> tuple[Subscription, str]:
        """A subscription to `run.*` and its secret."""
        definition = {"url": URL, "events": ["run.*"], **written}
        detail, secret = self.subscriptions.create(TENANT, definition)
        return detail.subscription, secret

    def subscription(self, one: Subscription) -> Subscription:
        """How it stands now."""
        return self.subscriptions.get(TENANT, one.id).subscription

    def happen(self, event_type: str = "run.failed", **changes: Any) -> PlatformEvent:
        """Something happens, and is handed on."""
        values: dict[str, Any] = {
            "id": new_id(),
            "tenant": TENANT,
            "type": event_type,
            "version": 1,
            "occurred_at": self.bench.clock.now(),
            "data": {"run_id": "r-1", "automation_name": "Orders", "error": "broken"},
            "automation_id": "orders",
        }
        event = PlatformEvent(**{**values, **changes})
        self.bench.store.commit([self.bench.store.platform_events.insert(event)])
        self.hand_on()
        return event

    def hand_on(self) -> None:
        """Empties the outbox."""
        while self.bench.relay.hand_on():
            pass

    def send_due(self) -> int:
        """Sends every delivery that is due; how many they were."""
        claimed = self.claim()
        for delivery in claimed:
            self.deliverer.deliver(delivery)
        return len(claimed)

    def claim(self) -> list[Delivery]:
        """Takes over every delivery that is due."""
        transitions, now = self.deliverer.transitions, self.bench.clock.now()
        shares = {queue.subscription_id: 1000 for queue in transitions.queues()}
        return list(transitions.claim_due(EXECUTOR, now, shares))

    def due_in(self) -> Milliseconds | None:
        """How long until something is due; None when nothing waits."""
        moments = [one.due_at for one in self.deliverer.transitions.queues()]
        return min(moments) - self.bench.clock.now() if moments else None

    def all(self, **which: Any) -> list[Delivery]:
        """Every delivery, the oldest first, whole."""
        page = self.deliveries.list(TENANT, DeliveryFilter(**which), ListQuery(limit=500))
        return [self.deliveries.get(TENANT, one.id).delivery for one in reversed(page.items)]

    def one(self) -> Delivery:
        """The only delivery there is."""
        [delivery] = self.all()
        return delivery
