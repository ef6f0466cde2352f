"""Threads of this process that execute runs, and how many runs may be in them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from dispatch.places import Places
from engine.execution import Standing

PLACES = 512
"""Runs that are executed at once: sized for partners that take their time to answer."""

logger = logging.getLogger(__name__)


class RunThreads:
    """Executes runs, each in a place.

    `parked` is called when a run waits for something that may come soon, `freed` when a place is
    free where there had been none.
    """

    def __init__(self, places: int, parked: Callable[[], None], freed: Callable[[], None]) -> None:
        self.places = Places(places)
        self._parked = parked
        self._freed = freed
        self._runs = ThreadPoolExecutor(PLACES, thread_name_prefix="executor")
        self._branches = ThreadPoolExecutor(PLACES, thread_name_prefix="branch")

    def execute(self, work: Callable[[], Standing]) -> None:
        """Executes in a place that was taken, and gives it back."""
        self._runs.submit(self._in_place, work)

    def submit(self, work: Callable[[], None]) -> None:
        """Runs one branch of a run in a thread of its own."""
        self._branches.submit(work)

    def give_back(self) -> None:
        """Frees a place; where there had been none, something may be waiting for it."""
        if self.places.give_back():
            self._freed()

    def stop(self, seconds: float) -> bool:
        """Waits for what goes on; whether all of it came to rest."""
        rested = self.places.wait_until_empty(seconds)
        self._runs.shutdown(wait=False)
        self._branches.shutdown(wait=False)
        return rested

    def _in_place(self, work: Callable[[], Standing]) -> None:
        try:
            standing = work()
        except Exception:
            logger.exception("an executor thread broke")
            raise
        finally:
            self.give_back()
        if standing is Standing.PARKED:
            self._parked()
