"""Puts the parts of subscriptions together over their ports."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from core.clock import Clock
from core.meters import Meters
from core.store import Store
from engine.audit import AuditService
from engine.care.sender import CaringSender
from engine.events.announcer import Announcer
from engine.lease import Lease
from engine.people.inbox import InboxService
from engine.subscriptions.consumer import SubscriptionConsumer
from engine.subscriptions.courier import Courier
from engine.subscriptions.deliverer import Deliverer
from engine.subscriptions.deliveries import DeliveryService
from engine.subscriptions.endings import Disabler
from engine.subscriptions.examples import ExampleSender
from engine.subscriptions.index import SubscriptionIndex
from engine.subscriptions.service import SubscriptionService
from engine.subscriptions.transitions import DeliveryTransitions
from engine.vault import Vault


@dataclass(frozen=True, slots=True)
class SubscriptionParts:
    """The use cases, and what sends. `stirred` is set when something may have become due."""

    subscriptions: SubscriptionService
    deliveries: DeliveryService
    examples: ExampleSender
    deliverer: Deliverer
    stirred: threading.Event


def assemble_subscriptions(
    store: Store,
    sender: CaringSender,
    clock: Clock,
    vault: Vault,
    audit: AuditService,
    announcer: Announcer,
    index: SubscriptionIndex,
    consumer: SubscriptionConsumer,
    meters: Meters,
    lease: Lease,
) -> SubscriptionParts:
    """Everything behind the consumer, which the announcer must know before."""
    transitions = DeliveryTransitions(store.deliveries, meters)
    courier = Courier(sender, vault, clock)
    disabler = Disabler(store, announcer, InboxService(store, clock), audit)
    stir = consumer.stirred.set
    return SubscriptionParts(
        subscriptions=SubscriptionService(store, index, transitions, audit, clock),
        deliveries=DeliveryService(store, transitions, vault, audit, clock, stir),
        examples=ExampleSender(store, courier, clock),
        deliverer=Deliverer(store, transitions, courier, disabler, index, clock, lease),
        stirred=consumer.stirred,
    )
