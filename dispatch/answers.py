"""The thread that fetches answers for callers whose runs went on in another process."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from core.errors import StorageUnavailable

BEAT_SECONDS = 0.1
"""How often it is looked: a caller waits so much longer at the most."""

logger = logging.getLogger(__name__)


class AnswerThread:
    """Collects until it is stopped. Where no caller waits for another process it asks nobody."""

    def __init__(self, collect: Callable[[], None]) -> None:
        self._collect = collect
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="answers", daemon=True)

    def start(self) -> None:
        """Begins to look."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while not self._stopping.wait(BEAT_SECONDS):
            try:
                self._collect()
            except StorageUnavailable as error:
                logger.warning("answers cannot be fetched: %s", error)
            except Exception:
                # Without this thread callers would wait in vain.
                logger.exception("fetching answers broke off")
