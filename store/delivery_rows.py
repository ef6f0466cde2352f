"""Deliveries as rows, and rows as deliveries."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from core.subscriptions import AttemptOutcome, Delivery, DeliveryAttempt, DeliveryStatus
from store.encoding import decode, encode


def delivery_columns(one: Delivery) -> dict[str, Any]:
    """The columns of a delivery."""
    return {
        "id": one.id,
        "tenant": one.tenant,
        "subscription_id": one.subscription_id,
        "event_id": one.event_id,
        "event_type": one.event_type,
        "version": one.version,
        "occurred_at": one.occurred_at,
        "data": encode(one.data),
        "automation_id": one.automation_id,
        "status": one.status,
        "token": one.token,
        "executor": one.executor,
        "due_at": one.due_at,
        "created_at": one.created_at,
        "finished_at": one.finished_at,
        "tries": one.tries,
        "error": one.error,
        "attempts": encode(one.attempts),
    }


def delivery_of(row: Row[Any]) -> Delivery:
    """The delivery of a row; what a list leaves out is empty."""
    return Delivery(
        id=row.id,
        tenant=row.tenant,
        subscription_id=row.subscription_id,
        event_id=row.event_id,
        event_type=row.event_type,
        version=row.version,
        occurred_at=row.occurred_at,
        data=decode(row.data) or {},
        automation_id=row.automation_id,
        status=DeliveryStatus(row.status),
        token=row.token,
        executor=row.executor,
        due_at=row.due_at,
        created_at=row.created_at,
        finished_at=row.finished_at,
        tries=row.tries,
        error=row.error,
        attempts=tuple(_attempt(one) for one in decode(row.attempts) or ()),
    )


def _attempt(kept: dict[str, Any]) -> DeliveryAttempt:
    return DeliveryAttempt(**{**kept, "outcome": AttemptOutcome(kept["outcome"])})
