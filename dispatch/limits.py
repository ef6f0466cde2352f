"""The thread that watches quotas, and sums up what was turned away."""

from __future__ import annotations

import logging
import threading

from core.errors import StorageUnavailable
from engine.limits.watch import QuotaWatch
from engine.rejections import Rejections

BEAT_SECONDS = 5.0
"""How often it is looked at what is used: so late a crossing may be told."""

logger = logging.getLogger(__name__)


class LimitThread:
    """Watches until it is stopped."""

    def __init__(self, watch: QuotaWatch, rejections: Rejections) -> None:
        self._watch = watch
        self._rejections = rejections
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="limits", daemon=True)

    def start(self) -> None:
        """Begins at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; what it has not told of is told after the next start."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._rejections.finish()

    def _work(self) -> None:
        while True:
            self._beat()
            if self._stopping.wait(BEAT_SECONDS):
                return

    def _beat(self) -> None:
        try:
            self._rejections.sum_up()
            self._watch.evaluate()
        except StorageUnavailable as error:
            logger.warning("quotas are not looked at until the store answers: %s", error)
        except Exception:
            # Without this thread nobody would be told of a quota.
            logger.exception("looking at quotas broke off")
