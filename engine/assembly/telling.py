"""Telling others: subscriptions and their deliveries, and notifications."""

from __future__ import annotations

from typing import TypedDict

from engine.assembly.common import Common
from engine.care.sender import CareSender
from engine.notifying import NotificationService
from engine.subscriptions.deliveries import DeliveryService
from engine.subscriptions.examples import ExampleSender
from engine.subscriptions.parts import SubscriptionParts, assemble_subscriptions
from engine.subscriptions.service import SubscriptionService
from engine.tools import Tools


class Telling(TypedDict):
    """The use cases of those who are told."""

    subscriptions: SubscriptionService
    deliveries: DeliveryService
    event_examples: ExampleSender
    notifications: NotificationService


def telling(common: Common, tools: Tools, subscriptions: SubscriptionParts) -> Telling:
    """Who is told of what, and how each delivery gets there."""
    return Telling(
        subscriptions=subscriptions.subscriptions,
        deliveries=subscriptions.deliveries,
        event_examples=subscriptions.examples,
        notifications=NotificationService(common.store, common.vault, tools.notifier, common.clock),
    )


def subscription_parts(common: Common, sender: CareSender) -> SubscriptionParts:
    """The parts of subscriptions, what sends their deliveries among them."""
    return assemble_subscriptions(
        common.store,
        sender,
        common.clock,
        common.vault,
        common.audit,
        common.announcer,
        common.index,
        common.consumer,
        common.surroundings.meters,
        common.lease,
    )
