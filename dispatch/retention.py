"""The thread that deletes what has ended and grown old, at leisure."""

from __future__ import annotations

import logging
import threading
import time

from core.errors import StorageUnavailable
from core.store import Store
from engine.retention.service import RetentionService

NAP_SECONDS = 60.0
"""How long it rests when there is nothing left to delete."""
TURN_SECONDS = 60.0
"""How long one process goes on before it lets another one have the work."""
REST = 3.0
"""How much longer than a step it rests after it: three quarters of the store's time are others'."""
SHORTEST_REST = 0.01

logger = logging.getLogger(__name__)


class RetentionThread:
    """Deletes until it is stopped. Any number of processes may have one; one of them works."""

    def __init__(
        self, store: Store, retention: RetentionService, nap_seconds: float = NAP_SECONDS
    ) -> None:
        self._store = store
        self._retention = retention
        self._nap_seconds = nap_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="retention", daemon=True)

    def start(self) -> None:
        """Begins with what has grown old while nothing ran."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; what is left to delete waits."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while not self._stopping.is_set():
            if self._finish_turn():
                self._stopping.wait(self._nap_seconds)

    def _finish_turn(self) -> bool:
        """Deletes for a while, whatever goes wrong; whether there is nothing left to do now."""
        try:
            with self._store.exclusively("retention") as alone:
                return not alone or self._take_steps()
        except StorageUnavailable as error:
            logger.warning("old rows stay until the store answers: %s", error)
        except Exception:
            # Without this thread the store would grow for ever.
            logger.exception("deleting old rows broke off")
        return True

    def _take_steps(self) -> bool:
        began = step_began = time.monotonic()
        for _ in self._retention.steps():
            now = time.monotonic()
            if self._stopping.wait(max((now - step_began) * REST, SHORTEST_REST)):
                return True
            step_began = time.monotonic()
            if step_began - began > TURN_SECONDS:
                return False
        return True
