"""The thread that calls other processes to work."""

from __future__ import annotations

import logging
import threading

from redis import RedisError

from dispatch.rq.queue import WakeUps

PAUSE_SECONDS = 0.005
"""However often it is rung, one wake-up in this time is enough."""

logger = logging.getLogger(__name__)


class Bell:
    """Rung whenever something became due. Whoever rings never waits for Redis."""

    def __init__(self, wake_ups: WakeUps) -> None:
        self._wake_ups = wake_ups
        self._rung = threading.Event()
        self._stopping = threading.Event()
        self._heard = True
        self._thread = threading.Thread(target=self._work, name="bell", daemon=True)

    def start(self) -> None:
        """Begins to pass rings on."""
        self._thread.start()

    def ring(self) -> None:
        """There is work."""
        self._rung.set()

    def stop(self) -> None:
        """Passes a last ring on and ends the thread."""
        self._stopping.set()
        self._rung.set()
        if self._thread.is_alive():
            self._thread.join()
        self._wake_ups.close()

    def _work(self) -> None:
        is_last = False
        while not is_last:
            self._rung.wait()
            self._rung.clear()
            # Looked at in this order: whoever stops it rings after that, and is heard again.
            is_last = self._stopping.is_set()
            self._pass_on()
            self._stopping.wait(PAUSE_SECONDS)

    def _pass_on(self) -> None:
        try:
            self._wake_ups.put()
        except RedisError as error:
            if self._heard:
                logger.warning("workers cannot be called, they look by themselves: %s", error)
            self._heard = False
        except Exception:
            logger.exception("calling workers broke off")
        else:
            if not self._heard:
                logger.warning("workers can be called again")
            self._heard = True
