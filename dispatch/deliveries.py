"""Brings due deliveries to threads that send them, and finds those whose process is gone."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from core.clock import Clock, Milliseconds
from core.errors import StorageUnavailable
from core.subscriptions import Delivery, DeliveryQueue
from dispatch.endpoint_places import EACH, PLACES, EndpointPlaces
from engine.lease import Term
from engine.subscriptions.deliverer import Deliverer

LONGEST_NAP_SECONDS = 1.0
"""However quiet it is, the store is asked this often: another process may have made some due."""
RESCUE_SECONDS = 5.0
"""How often deliveries are sought whose process is gone: with its lease, recovery within 40 s."""

logger = logging.getLogger(__name__)


class DeliveryDispatcher:
    """Sends deliveries in threads of this process, which holds them as `executor`.

    `stirred` is set by whoever makes deliveries due here.
    """

    def __init__(
        self,
        deliverer: Deliverer,
        stirred: threading.Event,
        clock: Clock,
        executor: str,
        places: int = PLACES,
        each: int = EACH,
    ) -> None:
        self._deliverer = deliverer
        self._transitions = deliverer.transitions
        self._stirred = stirred
        self._clock = clock
        self._executor = executor
        self._places = EndpointPlaces(places, each)
        self._pool = ThreadPoolExecutor(places, thread_name_prefix="delivery")
        self._stopping = threading.Event()
        self._next_rescue = 0.0
        self._thread = threading.Thread(target=self._work, name="deliveries", daemon=True)

    def start(self) -> None:
        """Begins with what a crash left behind. The executor's lease must have been taken."""
        self._thread.start()

    def rest(self) -> None:
        """Takes nothing up any more; what is being sent is sent to its end."""
        self._stopping.set()
        self._deliverer.stopping.set()
        self._stirred.set()

    def stop(self, seconds: float) -> bool:
        """Takes nothing up any more and waits for what is sent; whether all of it came to rest."""
        self.rest()
        if self._thread.is_alive():
            self._thread.join()
        rested = self._places.wait_until_empty(seconds)
        self._pool.shutdown(wait=False)
        return rested

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._stirred.clear()
            self._stirred.wait(self._take_due_safely())

    def _take_due_safely(self) -> float:
        """Takes up what is due, whatever goes wrong: without this thread nothing would be sent."""
        try:
            self._rescue()
            return self._take_due()
        except StorageUnavailable as error:
            logger.warning("deliveries cannot be read: %s", error)
        except Exception:
            logger.exception("deliveries cannot be taken up")
        return LONGEST_NAP_SECONDS

    def _rescue(self) -> None:
        if time.monotonic() < self._next_rescue:
            return
        rescued = self._transitions.rescue(self._clock.now())
        self._next_rescue = time.monotonic() + RESCUE_SECONDS
        if rescued:
            logger.warning("%d deliveries were left by an executor that is gone", rescued)

    def _take_due(self) -> float:
        """Claims due deliveries as far as there are places; seconds until it is worth looking."""
        now = self._clock.now()
        term = self._deliverer.lease.term
        queues = self._transitions.queues()
        shares = self._places.shares(queues, now)
        claimed = self._transitions.claim_due(self._executor, now, shares) if shares else ()
        failing = {one.subscription_id for one in queues if one.failing}
        for delivery in claimed:
            self._start(delivery, term, failing=delivery.subscription_id in failing)
        return 0.0 if claimed else self._nap_seconds(queues, now)

    def _start(self, delivery: Delivery, term: Term, *, failing: bool) -> None:
        self._places.take(delivery, failing=failing)
        self._pool.submit(self._deliver, delivery, term, failing)

    def _deliver(self, delivery: Delivery, term: Term, failing: bool) -> None:
        try:
            until = self._deliverer.deliver(delivery, term)
            if until is not None:
                self._places.rest(delivery.subscription_id, until)
        except Exception:
            logger.exception("a thread that sends broke")
            raise
        finally:
            if self._places.give_back(delivery, failing=failing):
                self._stirred.set()

    def _nap_seconds(self, queues: Sequence[DeliveryQueue], now: Milliseconds) -> float:
        """Until something is due; what is due already waits for a place, and is woken for."""
        moments = [self._places.due_at(one) for one in queues]
        coming = [moment - now for moment in moments if moment > now]
        return min([LONGEST_NAP_SECONDS, *(max(wait, 1) / 1000 for wait in coming)])
