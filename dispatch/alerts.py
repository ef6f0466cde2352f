"""The threads that watch for alerts, send their notifications, and forget old ones."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from core.errors import StorageUnavailable
from engine.alerts.history import AlertHistory
from engine.alerts.notices import NoticeSender
from engine.alerts.watch import AlertWatch

BEAT_SECONDS = 15.0
"""How often the rules are evaluated."""
NOTICE_SECONDS = 5.0
"""How often it is looked for notifications: one may be due again, or of another process."""
HISTORY_SECONDS = 600.0
"""How often it is looked for alerts that have been over for long enough."""
SENDERS = 3
"""Threads that send: an address that does not answer holds up one of them."""
PATIENCE_SECONDS = 2.0
"""How long a stop waits for each of the senders; what it leaves is sent after the start."""

logger = logging.getLogger(__name__)


class AlertThreads:
    """Watches and sends until it is stopped."""

    def __init__(self, watch: AlertWatch, sender: NoticeSender, history: AlertHistory) -> None:
        self._watch = watch
        self._sender = sender
        self._history = history
        self._stopping = threading.Event()
        self._watcher = self._thread("alerts", self._evaluate, BEAT_SECONDS)
        self._keeper = self._thread("alert-history", self._forget, HISTORY_SECONDS)
        self._senders = [
            self._thread(f"alert-notices-{number}", self._send, NOTICE_SECONDS)
            for number in range(SENDERS)
        ]

    def start(self) -> None:
        """Begins at once."""
        for thread in (self._watcher, self._keeper, *self._senders):
            thread.start()

    def stop(self) -> None:
        """Ends the threads."""
        self._stopping.set()
        for thread in (self._watcher, self._keeper):
            if thread.is_alive():
                thread.join()
        for thread in self._senders:
            if thread.is_alive():
                thread.join(PATIENCE_SECONDS)

    def _evaluate(self) -> None:
        self._watch.evaluate()

    def _forget(self) -> None:
        while not self._stopping.is_set() and self._history.forget():
            pass

    def _send(self) -> None:
        while not self._stopping.is_set() and self._sender.send_due():
            pass

    def _thread(self, name: str, work: Callable[[], None], seconds: float) -> threading.Thread:
        def repeat() -> None:
            while True:
                _try(name, work)
                if self._stopping.wait(seconds):
                    return

        return threading.Thread(target=repeat, name=name, daemon=True)


def _try(name: str, work: Callable[[], None]) -> None:
    try:
        work()
    except StorageUnavailable as error:
        logger.warning("%s: left out until the store answers: %s", name, error)
    except Exception:
        # Without this thread nobody would be told of anything.
        logger.exception("%s broke off", name)
