"""Everything in one process: executor threads, and one thread that brings them what is due."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from core.clock import Clock
from core.errors import StorageUnavailable
from core.ids import new_id
from core.model import Run
from core.store import Store
from dispatch.places import Places
from engine.execution import Execution, Standing
from engine.executor import Executor
from engine.transitions import DUE, Transitions

PLACES = 512
"""Runs that are executed at once: sized for partners that take their time to answer."""
MOST_CLAIMED = 64
"""Runs claimed in one statement."""
SHORTEST_NAP_SECONDS = 0.001
LONGEST_NAP_SECONDS = 1.0
"""However quiet it is, the store is asked this often whether something is due."""

Resume = Callable[[Run], Standing]

logger = logging.getLogger(__name__)


class EmbeddedDispatcher:
    """Executes runs in threads of this process (`engine.dispatching.Dispatcher`)."""

    def __init__(
        self, store: Store, transitions: Transitions, clock: Clock, places: int = PLACES
    ) -> None:
        self.executor = new_id()
        self._store = store
        self._transitions = transitions
        self._clock = clock
        self._places = Places(places)
        self._runs = ThreadPoolExecutor(places, thread_name_prefix="executor")
        self._branches = ThreadPoolExecutor(places, thread_name_prefix="branch")
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def submit(self, work: Callable[[], None]) -> None:
        """Runs one branch of a run in a thread of its own."""
        self._branches.submit(work)

    def begin(self, executor: Executor) -> None:
        """Starts bringing due runs to this executor."""
        self._thread = threading.Thread(
            target=self._work, args=[executor.resume], name="dispatcher", daemon=True
        )
        self._thread.start()

    def reserve(self) -> bool:
        """Takes a free place; False when there is none, or when the process stops."""
        return not self._stopping.is_set() and self._places.take(1) == 1

    def give_back(self) -> None:
        """Frees a place; where there had been none, something may be waiting for it."""
        if self._places.give_back():
            self.wake()

    def start(self, execution: Execution) -> None:
        """Executes in a place that was reserved."""
        self._runs.submit(self._in_place, execution.advance)

    def continue_(self, execution: Execution) -> None:
        """Goes on with a run whose caller needs its thread back, place or no place."""
        self._places.take_beyond()
        self._runs.submit(self._in_place, execution.advance)

    def wake(self) -> None:
        """Something became due, or will be earlier than was known."""
        self._woken.set()

    def rest(self) -> None:
        """Takes nothing up any more; what goes on goes on."""
        self._stopping.set()
        self.wake()

    def stop(self, seconds: float) -> bool:
        """Takes nothing up any more and waits for what goes on; whether all of it came to rest."""
        self.rest()
        if self._thread is not None:
            self._thread.join()
        rested = self._places.wait_until_empty(seconds)
        self._runs.shutdown(wait=False)
        self._branches.shutdown(wait=False)
        return rested

    def _work(self, resume: Resume) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            self._woken.wait(self._take_due_safely(resume))

    def _take_due_safely(self, resume: Resume) -> float:
        """Takes up what is due, whatever goes wrong: without this thread no run would go on."""
        try:
            return self._take_due(resume)
        except StorageUnavailable as error:
            logger.warning("what is due cannot be read: %s", error)
        except Exception:
            logger.exception("what is due cannot be taken up")
        return LONGEST_NAP_SECONDS

    def _take_due(self, resume: Resume) -> float:
        """Claims due runs as far as there are places; seconds until it is worth looking again."""
        places = self._places.take(MOST_CLAIMED)
        if places == 0:
            # Whoever gives a place back wakes us; what is due needs no second look until then.
            return LONGEST_NAP_SECONDS
        claimed: list[Run] = []
        try:
            nap = self._nap_seconds()
            if nap > 0.0:
                # Most who wake us have parked a run: nothing is due, and the writer, which all
                # share, is left alone.
                return nap
            claimed += self._transitions.claim_due(self.executor, self._clock.now(), places)
        finally:
            self._places.give_back(places - len(claimed))
        for run in claimed:
            self._runs.submit(self._in_place, partial(resume, run))
        return 0.0 if claimed else SHORTEST_NAP_SECONDS

    def _in_place(self, work: Callable[[], Standing]) -> None:
        try:
            standing = work()
        except Exception:
            logger.exception("an executor thread broke")
            raise
        finally:
            self.give_back()
        if standing is Standing.PARKED:
            self.wake()

    def _nap_seconds(self) -> float:
        """Until something is due, as far as is known; 0 when it is."""
        due_at = self._store.runs.next_due(DUE)
        if due_at is None:
            return LONGEST_NAP_SECONDS
        seconds = (due_at - self._clock.now()) / 1000
        return 0.0 if seconds <= 0 else min(max(seconds, SHORTEST_NAP_SECONDS), LONGEST_NAP_SECONDS)
