"""Finds what nobody brought: runs whose executor is gone, lines that stand still, what to count."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from core.clock import Clock, Milliseconds
from core.errors import StorageUnavailable
from core.meters import Meters
from core.store import Store
from engine.hands import ForgottenRuns
from engine.lease import Lease
from engine.transitions import Transitions

LEASE: Milliseconds = 20_000
"""How long an executor that says nothing is believed to be alive."""
BEAT_SECONDS = 5.0
"""How often it says something, and how often the sweeper looks: recovery within 40 s."""

logger = logging.getLogger(__name__)


class Sweeper:
    """Renews this executor's lease and rescues the runs of those whose lease is over."""

    def __init__(
        self,
        store: Store,
        transitions: Transitions,
        clock: Clock,
        executor: str,
        rescued: Callable[[], None],
        roll_up: Callable[[], None],
        set_clock: Callable[[], None],
        forgotten: ForgottenRuns,
        meters: Meters,
        lease: Lease,
    ) -> None:
        self._store = store
        self._transitions = transitions
        self._clock = clock
        self._executor = executor
        self._rescued = rescued
        self._roll_up = roll_up
        self._set_clock = set_clock
        self._forgotten = forgotten
        self._meters = meters
        self._lease = lease
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="sweeper", daemon=True)

    def start(self, *, alone: bool) -> None:
        """Takes a lease and sweeps once, then again and again.

        `alone` says that no other process can be using the data (the folder's lock is ours): then
        every other lease is over, and what a crash left behind is taken up at once.
        """
        now = self._clock.now()
        writes = [self._store.executors.renew(self._executor, now + LEASE)]
        if alone:
            writes.append(self._store.executors.remove_others(self._executor))
        self._store.commit(writes)
        self._lease.renewed(now + LEASE)
        self._sweep(now)
        self._thread.start()

    def stop(self) -> None:
        """Stops and gives the lease back; what this executor still holds is rescued at once."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        try:
            self._store.commit([self._store.executors.remove(self._executor)])
        except StorageUnavailable as error:
            logger.warning("the lease stays until it runs out: %s", error)

    def _work(self) -> None:
        while not self._stopping.wait(BEAT_SECONDS):
            try:
                self.beat()
            except StorageUnavailable as error:
                logger.warning("the sweep is left out: %s", error)
            except Exception:
                # Without this thread the lease would run out and nothing be rescued.
                logger.exception("the sweep broke off")

    def beat(self) -> None:
        """Renews the lease, sweeps and counts what has ended. Raises StorageUnavailable."""
        self._set_clock()
        now = self._clock.now()
        self._store.commit([self._store.executors.renew(self._executor, now + LEASE)])
        self._lease.renewed(now + LEASE)
        if self._forgotten.give_back(now):
            self._rescued()
        with self._store.exclusively("sweep") as alone:
            if alone:
                self._sweep(now)
                self._roll_up()

    def _sweep(self, now: Milliseconds) -> None:
        rescued = self._transitions.rescue(now)
        if rescued:
            self._meters.runs_rescued(rescued)
            logger.warning("%d runs were left by an executor that is gone", rescued)
        healed = self._transitions.heal(now)
        if healed:
            logger.warning("%d keys had runs in line and nobody's turn", healed)
        if rescued or healed:
            self._rescued()
