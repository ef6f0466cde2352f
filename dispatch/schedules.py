"""The thread that makes the ticks of schedules as their moments come."""

from __future__ import annotations

import logging
import threading

from core.errors import StorageUnavailable
from engine.schedules.ticker import Ticker

LONGEST_NAP_SECONDS = 1.0
"""However far the next tick is, the store is asked this often: another process may have added one,
and the clock may have been set."""
SHORTEST_NAP_SECONDS = 0.001

logger = logging.getLogger(__name__)


class ScheduleThread:
    """Runs a ticker until it is stopped. Any number of processes may have one."""

    def __init__(self, ticker: Ticker) -> None:
        self._ticker = ticker
        self._thread = threading.Thread(target=self._work, name="schedules", daemon=True)

    def start(self) -> None:
        """Begins with what came while nothing ran."""
        self._thread.start()

    def rest(self) -> None:
        """Makes no further tick; what is due waits for the next start, or for another machine."""
        self._ticker.stopping.set()
        self._ticker.stirred.set()

    def stop(self) -> None:
        """Ends the thread."""
        self.rest()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while not self._ticker.stopping.is_set():
            self._ticker.stirred.wait(self._tick_safely())
            self._ticker.stirred.clear()

    def _tick_safely(self) -> float:
        """Makes what is due, whatever goes wrong; seconds until it is worth looking again."""
        try:
            wait = self._ticker.tick()
        except StorageUnavailable as error:
            logger.warning("ticks of schedules cannot be made now: %s", error)
        except Exception:
            # Without this thread no schedule would start anything.
            logger.exception("making ticks broke off")
        else:
            if wait is not None:
                return min(max(wait / 1000, SHORTEST_NAP_SECONDS), LONGEST_NAP_SECONDS)
        return LONGEST_NAP_SECONDS
