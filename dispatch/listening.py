"""The thread by which processes that share a store hear requests for one another's listeners."""

from __future__ import annotations

import logging
import threading
import time

from core.errors import StorageUnavailable
from engine.trying.listen_exchange import ListenExchange

BEAT_SECONDS = 0.25
"""How often what others heard is fetched: so late a listener is told at the most."""
LOOK_SECONDS = 1.0
"""How often it is looked who listens elsewhere (`engine.trying.listen_exchange.KNOWN_AFTER`)."""
RENEW_SECONDS = 5.0

logger = logging.getLogger(__name__)


class ListenThread:
    """Works until it is stopped. While nobody listens it asks the store once a second."""

    def __init__(self, exchange: ListenExchange) -> None:
        self._exchange = exchange
        self._look = _Again(LOOK_SECONDS)
        self._renew = _Again(RENEW_SECONDS)
        self._away = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="listening", daemon=True)

    def start(self) -> None:
        """Begins with who listens already."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread, once what it has to store is stored."""
        self._stopping.set()
        self._exchange.stirred.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._beat()
            self._exchange.stirred.wait(BEAT_SECONDS)
            self._exchange.stirred.clear()
        self._beat()

    def _beat(self) -> None:
        try:
            self._exchange.send()
            self._exchange.collect()
            if self._renew.is_due():
                self._exchange.renew()
            if self._look.is_due():
                self._exchange.look()
                self._away = False
        except StorageUnavailable as error:
            if not self._away:
                logger.warning("listeners in other processes cannot be reached: %s", error)
            self._away = True
        except Exception:
            # Without this thread listeners would hear of nothing that comes to other processes.
            logger.exception("reaching listeners in other processes broke off")


class _Again:
    """Something that is due every so many seconds, at once at first."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._due = 0.0

    def is_due(self) -> bool:
        """Whether it is; then it is not again for a while."""
        now = time.monotonic()
        if now < self._due:
            return False
        self._due = now + self._seconds
        return True
