"""How many deliveries are sent at once, and to whom: no endpoint may keep the others waiting."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence

from core.clock import Milliseconds
from core.subscriptions import Delivery, DeliveryQueue

PLACES = 128
"""Deliveries that are sent at once."""
EACH = 8
"""How many of them at most go to one endpoint."""
EACH_FAILING = 1
"""The same for an endpoint that is failing: it may use up the whole timeout each time."""


class EndpointPlaces:
    """Counts deliveries in flight by subscription. Thread-safe.

    Endpoints that are failing share half of the places, however many they are.
    """

    def __init__(self, places: int = PLACES, each: int = EACH) -> None:
        self._places = places
        self._each = each
        self._in_flight: Counter[str] = Counter()
        self._failing: Counter[str] = Counter()
        self._resting: dict[str, Milliseconds] = {}
        self._changed = threading.Condition()

    def shares(self, queues: Sequence[DeliveryQueue], now: Milliseconds) -> Mapping[str, int]:
        """How many due deliveries of each subscription may be taken up now.

        Given in turns, one to each queue, the longest due first, until no place is left.
        """
        with self._changed:
            self._resting = {one: until for one, until in self._resting.items() if until > now}
            awake = [one for one in queues if self.due_at(one) <= now]
            due = sorted(awake, key=lambda one: one.due_at)
            free = self._places - self._in_flight.total()
            free_for_failing = self._places // 2 - self._failing.total()
            given: Counter[str] = Counter()
            for queue in due * self._each:
                if free <= 0:
                    break
                if not self._may_have_another(queue, given):
                    continue
                if queue.failing and free_for_failing <= 0:
                    continue
                given[queue.subscription_id] += 1
                free -= 1
                free_for_failing -= queue.failing
            return dict(given)

    def take(self, delivery: Delivery, *, failing: bool) -> None:
        """A delivery is taken up."""
        with self._changed:
            self._in_flight[delivery.subscription_id] += 1
            self._failing[delivery.subscription_id] += failing

    def give_back(self, delivery: Delivery, *, failing: bool) -> bool:
        """A delivery is over; whether others may have waited for its place."""
        which = delivery.subscription_id
        with self._changed:
            was_full = self._in_flight.total() >= self._places
            for counted, count in ((self._in_flight, 1), (self._failing, int(failing))):
                counted[which] -= count
                if counted[which] <= 0:
                    del counted[which]
            self._changed.notify_all()
            return was_full or self._in_flight[which] <= self._each // 2

    def rest(self, subscription_id: str, until: Milliseconds) -> None:
        """Its endpoint has to be left alone: what is due there is not taken up before."""
        with self._changed:
            self._resting[subscription_id] = until

    def due_at(self, queue: DeliveryQueue) -> Milliseconds:
        """When something of a queue may be taken up."""
        return max(queue.due_at, self._resting.get(queue.subscription_id, 0))

    def wait_until_empty(self, seconds: float) -> bool:
        """Waits until nothing is sent any more; whether it came to that."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._in_flight.total(), timeout=seconds)

    def _may_have_another(self, queue: DeliveryQueue, given: Mapping[str, int]) -> bool:
        which = queue.subscription_id
        most = EACH_FAILING if queue.failing else self._each
        return self._in_flight[which] + given.get(which, 0) < most
