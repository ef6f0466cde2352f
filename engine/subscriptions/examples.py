"""Trying an endpoint out: the example of an event type is sent, and its answer shown."""

from __future__ import annotations

from core.clock import Clock
from core.errors import Fault, InvalidError, NotFoundError
from core.ids import new_id
from core.store import Store
from engine.events.catalogue import EVENT_TYPES
from engine.subscriptions.courier import Courier, Sent
from engine.subscriptions.message import Message


class ExampleSender:
    """Sends examples to endpoints, enabled or not, once: no delivery is made of one."""

    def __init__(self, store: Store, courier: Courier, clock: Clock) -> None:
        self._store = store
        self._courier = courier
        self._clock = clock

    def send(self, tenant: str, subscription_id: str, event_type: str) -> Sent:
        """Sends the example of a type once, marked as a test, and waits for the answer.

        Raises NotFoundError, InvalidError for a type that Penstock does not announce.
        """
        subscription = self._store.subscriptions.get(tenant, subscription_id)
        signing = self._store.subscriptions.secrets(tenant, subscription_id)
        if subscription is None or signing is None:
            raise NotFoundError(f"there is no subscription {subscription_id}")
        message = self._example(tenant, event_type)
        sent = self._courier.send(subscription, signing, message, test=True)
        if sent.entry is not None:
            self._store.commit([self._store.requests.insert(sent.entry)])
        return sent

    def _example(self, tenant: str, event_type: str) -> Message:
        known = EVENT_TYPES.get(event_type)
        if known is None:
            words = f"must be one of {', '.join(EVENT_TYPES)}"
            raise InvalidError("there is no such type", [Fault("$.event_type", words)])
        now = self._clock.now()
        return Message(new_id(), tenant, known.name, known.version, now, known.example)
