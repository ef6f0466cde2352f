"""One delivery in the hands of this process: an attempt, and what it comes to, in one commit."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from core import log_context
from core.clock import Clock, Milliseconds
from core.errors import GuardMissed, PenstockError, StorageUnavailable, UnstorableError
from core.store import Store
from core.subscriptions import Delivery, Subscription
from core.writes import Write
from engine.lease import Lease, Term
from engine.patience import commit_patiently
from engine.subscriptions.courier import Courier, Sent
from engine.subscriptions.endings import Disabler, Ending, ending_after
from engine.subscriptions.index import SubscriptionIndex
from engine.subscriptions.message import message_of
from engine.subscriptions.transitions import (
    DeliveryTransitions,
    attempted,
    given_back,
    given_up,
    held_back,
    next_number,
)

DELETED = "the subscription was deleted"
DISABLED = "the subscription is disabled"
INTERNAL = "an internal error; the server's log has the details"
UNKEPT = "what was sent and answered could not be kept"
SOON: Milliseconds = 1_000
"""When something is taken up again that the store did not let us begin."""

logger = logging.getLogger(__name__)


class Deliverer:
    """Makes attempts of deliveries that this process has claimed; many threads at once may.

    `stopping` is set when the process stops: the store is then waited for no longer.
    """

    def __init__(
        self,
        store: Store,
        transitions: DeliveryTransitions,
        courier: Courier,
        disabler: Disabler,
        index: SubscriptionIndex,
        clock: Clock,
        lease: Lease,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.stopping = threading.Event()
        self.transitions = transitions
        self.lease = lease
        self._store = store
        self._courier = courier
        self._disabler = disabler
        self._index = index
        self._clock = clock
        self._chance = chance

    def deliver(self, delivery: Delivery, term: Term | None = None) -> Milliseconds | None:
        """One attempt of a claimed delivery; afterwards nobody holds it.

        `term`: that of the lease when it was claimed; without it, the present one.
        Gives until when its subscription's endpoint has to be left alone, None when it has not.
        """
        try:
            return self._deliver(delivery, term)
        except UnstorableError as error:
            words = "what delivery %s came to cannot be kept: %s"
            logger.warning(words, delivery.id, error, extra=log_context.of(delivery.tenant))
            self._fail(delivery, UNKEPT)
        except StorageUnavailable as error:
            words = "delivery %s cannot be sent now: %s"
            logger.warning(words, delivery.id, error, extra=log_context.of(delivery.tenant))
            self._settle(given_back(delivery, self._clock.now() + SOON))
        except PenstockError as error:
            self._fail(delivery, str(error))
        except Exception:
            # A fault of ours must be seen as a failed attempt, not leave it in nobody's hands.
            told_of = log_context.of(delivery.tenant)
            logger.exception("delivery %s broke", delivery.id, extra=told_of)
            self._fail(delivery, INTERNAL)
        return None

    def _deliver(self, delivery: Delivery, term: Term | None) -> Milliseconds | None:
        subscription = self._store.subscriptions.get(delivery.tenant, delivery.subscription_id)
        signing = self._store.subscriptions.secrets(delivery.tenant, delivery.subscription_id)
        if subscription is None or signing is None:
            self._settle(given_up(delivery, DELETED, self._clock.now()))
        elif not subscription.enabled:
            because = subscription.disabled_because
            reason = f"{DISABLED}: {because}" if because else DISABLED
            self._settle(given_up(delivery, reason, self._clock.now()))
        elif not self.lease.holds(term):
            # Word of the claim may have come late, and others have delivered it meanwhile.
            self._settle(given_back(delivery, self._clock.now() + SOON))
        else:
            sent = self._courier.send(subscription, signing, message_of(delivery))
            if sent.until is not None:
                self._settle(held_back(delivery, sent.until, sent.reason))
                return sent.until
            self._take(delivery, subscription, sent)
        return None

    def _take(self, delivery: Delivery, subscription: Subscription, sent: Sent) -> None:
        """Keeps what an attempt came to."""
        now = self._clock.now()
        after = attempted(delivery, sent, now, self._chance)
        log = self._log(delivery, sent)
        ending = ending_after(subscription, sent, now)
        if ending is not None and self._end(after, subscription, ending, log, now):
            return
        if not self._settle(after, *log, self._health(subscription, sent, now)):
            # It is somebody else's by now; what was sent was sent all the same.
            self._store.commit_later(log)

    def _end(
        self,
        after: Delivery,
        subscription: Subscription,
        ending: Ending,
        log: Sequence[Write],
        now: Milliseconds,
    ) -> bool:
        """Disables the subscription with its last attempt; False when that is no longer right."""
        tenant, which = subscription.tenant, subscription.id
        health = self._store.subscriptions.failed(tenant, which, now)
        over = given_up(after, after.error or ending.reason, now)
        disabling = self._disabler.writes(subscription, ending, now)
        if not self._settle(over, *log, health, *disabling):
            return False
        self._index.forget(tenant)
        reason = f"{DISABLED}: {ending.reason}"
        count = self.transitions.bury(tenant, which, reason, now)
        logger.warning(
            "subscription %s of %s is disabled: %s; %d deliveries were given up with it",
            which,
            tenant,
            ending.reason,
            count,
            extra=log_context.of(tenant),
        )
        return True

    def _fail(self, delivery: Delivery, reason: str) -> None:
        """An attempt that failed here."""
        now = self._clock.now()
        self._settle(attempted(delivery, Sent(now, reason=reason), now, self._chance))

    def _settle(self, delivery: Delivery, *beside: Write) -> bool:
        """Commits how a delivery stands now; False when it is not ours, or the process stops.

        While the store is away it tries again, so that what an endpoint answered is not lost.
        """
        writes = [self.transitions.settle(delivery), *beside]
        try:
            what = f"delivery {delivery.id}"
            settled = commit_patiently(self._store, writes, self.stopping, what)
        except GuardMissed:
            return False
        if settled:
            self.transitions.settled(delivery)
        return settled

    def _log(self, delivery: Delivery, sent: Sent) -> tuple[Write, ...]:
        if sent.entry is None:
            return ()
        entry = replace(
            sent.entry,
            automation_id=delivery.automation_id,
            event_id=delivery.event_id,
            attempt=next_number(delivery),
            delivery_id=delivery.id,
        )
        return (self._store.requests.insert(entry),)

    def _health(self, subscription: Subscription, sent: Sent, now: Milliseconds) -> Write:
        health = self._store.subscriptions
        write = health.succeeded if sent.delivered else health.failed
        return write(subscription.tenant, subscription.id, now)
