"""Subscriptions and deliveries, each with sensible values for what a test leaves out."""

from __future__ import annotations

from typing import Any

from core.accounts import Actor, ActorKind
from core.subscriptions import Delivery, DeliveryStatus, Scope, Subscription
from tests.support.builders import NOW, id_at

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ADA = Actor(ActorKind.USER, "ada", "Ada")


def make_subscription(**changes: Any) -> Subscription:
    values: dict[str, Any] = {
        "id": id_at(changes.get("created_at", NOW)),
        "tenant": "acme",
        "name": "",
        "url": "https://partner.example/hooks",
        "events": ("run.*",),
        "scope": Scope(),
        "payload": None,
        "headers": {},
        "enabled": True,
        "revision": 1,
        "owner": ADA,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Subscription(**{**values, **changes})


def make_delivery(subscription: Subscription | None = None, **changes: Any) -> Delivery:
    subscription = subscription or make_subscription()
    moment = changes.get("created_at", NOW)
    values: dict[str, Any] = {
        "id": id_at(moment),
        "tenant": subscription.tenant,
        "subscription_id": subscription.id,
        "event_id": id_at(moment),
        "event_type": "run.failed",
        "version": 1,
        "occurred_at": moment,
        "data": {"run_id": "r-1", "error": "größer"},
        "automation_id": "orders",
        "status": DeliveryStatus.PENDING,
        "token": 0,
        "created_at": moment,
        "due_at": moment,
    }
    return Delivery(**{**values, **changes})
