"""The only place that moves a delivery from one state to another.

A delivery is pending until it is delivered or dead; while it is pending it waits for its moment, or
an executor holds it. Every move of a holder is conditional on its fencing token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from core.clock import Milliseconds
from core.meters import Meters
from core.subscription_store import Deliveries
from core.subscriptions import (
    AttemptOutcome,
    Delivery,
    DeliveryAttempt,
    DeliveryQueue,
    DeliveryStatus,
)
from core.writes import Write
from engine.subscriptions.courier import Sent
from engine.subscriptions.schedule import wait_after

KEPT_ATTEMPTS = 50
"""How many of its last attempts a delivery keeps."""
BURIED_AT_ONCE = 500
MOST_BURIED = 10_000
"""What waits beyond that for a subscription that is gone is given up as it becomes due."""


class DeliveryTransitions:
    """The moves of deliveries."""

    def __init__(self, deliveries: Deliveries, meters: Meters) -> None:
        self._deliveries = deliveries
        self._meters = meters

    def queues(self) -> Sequence[DeliveryQueue]:
        """The subscriptions for which deliveries wait."""
        return self._deliveries.queues()

    def claim_due(
        self, executor: str, now: Milliseconds, shares: Mapping[str, int]
    ) -> Sequence[Delivery]:
        """Takes over due deliveries, of each subscription so many, each with a new token."""
        due = self._deliveries.due(now, shares)
        return self._deliveries.claim(executor, due, now) if due else ()

    def rescue(self, now: Milliseconds) -> int:
        """Makes due what executors held that are gone; how many they were."""
        return self._deliveries.rescue(now)

    def settle(self, delivery: Delivery) -> Write:
        """A held delivery as it stands after an attempt, or without one."""
        return self._deliveries.keep(delivery)

    def replay(self, delivery: Delivery, now: Milliseconds, *, guarded: bool) -> Write:
        """It is sent again, under its id; `guarded`: refused while it is being sent."""
        return self._deliveries.requeue(delivery, now, guarded=guarded)

    def bury(self, tenant: str, subscription_id: str, reason: str, now: Milliseconds) -> int:
        """Gives up what waits for a subscription that takes nothing any more; how many."""
        buried = 0
        while buried < MOST_BURIED:
            count = self._deliveries.bury(tenant, subscription_id, reason, now, BURIED_AT_ONCE)
            buried += count
            if count < BURIED_AT_ONCE:
                break
        self._meters.deliveries_given_up(buried)
        return buried

    def settled(self, delivery: Delivery) -> None:
        """That a held delivery stands like this is on disk."""
        if delivery.status is DeliveryStatus.DEAD:
            self._meters.deliveries_given_up(1)


def attempted(
    delivery: Delivery, sent: Sent, now: Milliseconds, chance: Callable[[], float]
) -> Delivery:
    """A held delivery after an attempt: delivered, waiting for the next one, or dead."""
    tries = delivery.tries + 1
    wait = None if sent.hopeless else wait_after(tries, sent.asked, chance)
    waits = not sent.delivered and wait is not None
    return replace(
        delivery,
        status=_status(sent, waits=waits),
        executor=None,
        due_at=now + wait if waits and wait is not None else None,
        finished_at=None if waits else now,
        tries=tries,
        error=sent.reason,
        attempts=(*delivery.attempts, _attempt(delivery, sent))[-KEPT_ATTEMPTS:],
    )


def given_up(delivery: Delivery, reason: str, now: Milliseconds) -> Delivery:
    """A held delivery that is not tried again."""
    return replace(
        delivery,
        status=DeliveryStatus.DEAD,
        executor=None,
        due_at=None,
        finished_at=now,
        error=reason,
    )


def given_back(delivery: Delivery, due_at: Milliseconds) -> Delivery:
    """A held delivery that somebody is to take up later, as it was."""
    return replace(delivery, executor=None, due_at=due_at)


def held_back(delivery: Delivery, until: Milliseconds, reason: str | None) -> Delivery:
    """A held delivery that could not be sent to spare its endpoint, which is no attempt."""
    return replace(given_back(delivery, until), error=reason)


def _status(sent: Sent, *, waits: bool) -> DeliveryStatus:
    if sent.delivered:
        return DeliveryStatus.DELIVERED
    return DeliveryStatus.PENDING if waits else DeliveryStatus.DEAD


def _attempt(delivery: Delivery, sent: Sent) -> DeliveryAttempt:
    return DeliveryAttempt(
        number=next_number(delivery),
        started_at=sent.started_at,
        duration=sent.duration,
        outcome=AttemptOutcome.DELIVERED if sent.delivered else AttemptOutcome.FAILED,
        status=sent.status,
        reason=sent.reason,
        request_id=None if sent.entry is None else sent.entry.id,
    )


def next_number(delivery: Delivery) -> int:
    """Which attempt the next one is, of all that were ever made."""
    return delivery.attempts[-1].number + 1 if delivery.attempts else 1
