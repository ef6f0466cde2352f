"""Executor threads of this process, and one thread that brings them what is due."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial

from core.clock import Clock
from core.errors import StorageUnavailable
from core.ids import new_id
from core.model import Run
from core.store import Store
from dispatch.run_threads import PLACES, RunThreads
from engine.execution import Execution
from engine.executor import Executor
from engine.transitions import DUE, Transitions

MOST_CLAIMED = 64
"""Runs claimed in one statement."""
SHORTEST_NAP_SECONDS = 0.001
LONGEST_NAP_SECONDS = 1.0
"""However quiet it is, the store is asked this often whether something is due."""

logger = logging.getLogger(__name__)


def _nobody() -> None:
    """Other processes, if there are any, look by themselves once a second."""


class EmbeddedDispatcher:
    """Executes runs in threads of this process (`engine.dispatching.Dispatcher`).

    `call_others` tells other processes that there is more due than can be taken up here.
    """

    def __init__(
        self,
        store: Store,
        transitions: Transitions,
        clock: Clock,
        places: int = PLACES,
        call_others: Callable[[], None] = _nobody,
    ) -> None:
        self.executor = new_id()
        self._store = store
        self._transitions = transitions
        self._clock = clock
        self._call_others = call_others
        self._woken = threading.Event()
        self._threads = RunThreads(places, parked=self._woken.set, freed=self._woken.set)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def submit(self, work: Callable[[], None]) -> None:
        """Runs one branch of a run in a thread of its own."""
        self._threads.submit(work)

    def begin(self, executor: Executor) -> None:
        """Starts bringing due runs to this executor."""
        self._thread = threading.Thread(
            target=self._work, args=[executor], name="dispatcher", daemon=True
        )
        self._thread.start()

    def reserve(self) -> bool:
        """Takes a free place; False when there is none, or when the process stops."""
        return not self._stopping.is_set() and self._threads.places.take(1) == 1

    def give_back(self) -> None:
        """Frees a place that was reserved."""
        self._threads.give_back()

    def start(self, execution: Execution) -> None:
        """Executes in a place that was reserved."""
        self._threads.execute(execution.advance)

    def continue_(self, execution: Execution) -> None:
        """Goes on with a run whose caller needs its thread back, place or no place."""
        self._threads.places.take_beyond()
        self._threads.execute(execution.advance)

    def look(self) -> None:
        """Somebody says that something is due."""
        self._woken.set()

    def wake(self) -> None:
        """Something became due, or will be earlier than was known."""
        self._woken.set()
        if self._stopping.is_set() or self._threads.places.are_full:
            self._call_others()

    def rest(self) -> None:
        """Takes nothing up any more; what goes on goes on."""
        self._stopping.set()
        self._woken.set()

    def stop(self, seconds: float) -> bool:
        """Takes nothing up any more and waits for what goes on; whether all of it came to rest."""
        self.rest()
        if self._thread is not None:
            self._thread.join()
        return self._threads.stop(seconds)

    def _work(self, executor: Executor) -> None:
        is_due = False
        while not self._stopping.is_set():
            self._woken.clear()
            nap = self._take_due_safely(executor, is_due=is_due)
            is_woken = self._woken.wait(nap)
            is_due = not is_woken and SHORTEST_NAP_SECONDS < nap < LONGEST_NAP_SECONDS

    def _take_due_safely(self, executor: Executor, *, is_due: bool) -> float:
        """Takes up what is due, whatever goes wrong: without this thread no run would go on."""
        try:
            return self._take_due(executor, is_due=is_due)
        except StorageUnavailable as error:
            logger.warning("what is due cannot be read: %s", error)
        except Exception:
            logger.exception("what is due cannot be taken up")
        return LONGEST_NAP_SECONDS

    def _take_due(self, executor: Executor, *, is_due: bool) -> float:
        """Claims due runs as far as there are places; seconds until it is worth looking again.

        `is_due`: the moment has come for which this thread has napped.
        """
        places = self._threads.places.take(MOST_CLAIMED)
        if places == 0:
            # Whoever gives a place back wakes us; what is due needs no second look until then.
            return LONGEST_NAP_SECONDS
        claimed: list[Run] = []
        term = executor.term
        try:
            nap = 0.0 if is_due else self._nap_seconds()
            if nap > 0.0:
                # Many who wake us have parked a run: nothing is due, and the writer, which all
                # share, is left alone.
                return nap
            claimed += self._transitions.claim_due(self.executor, self._clock.now(), places)
        finally:
            self._threads.places.give_back(places - len(claimed))
        for run in claimed:
            executor.hold(run)
            self._threads.execute(partial(executor.resume, run, term))
        if len(claimed) == places:
            self._call_others()
        return 0.0 if claimed else SHORTEST_NAP_SECONDS

    def _nap_seconds(self) -> float:
        """Until something is due, as far as is known; 0 when it is."""
        due_at = self._store.runs.next_due(DUE)
        if due_at is None:
            return LONGEST_NAP_SECONDS
        seconds = (due_at - self._clock.now()) / 1000
        return 0.0 if seconds <= 0 else min(max(seconds, SHORTEST_NAP_SECONDS), LONGEST_NAP_SECONDS)
