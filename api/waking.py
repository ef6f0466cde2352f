"""Signals that the main thread handles at once, whichever thread the system gave them to."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import NoReturn

_NUDGE = signal.SIGURG
"""A signal that means nothing: where no handler awaits it, the system ignores it."""
_LOOK_SECONDS = 0.05


class Waker:
    """Wakes the main thread for a signal that another thread took.

    Only the main thread runs Python's handlers. The system gives it the signals for a process, but
    a thread that starts or ends another one at that moment may take them first; then nothing
    interrupts the main thread, and where it waits for a lock, as it does in granian, the handler
    never runs. Python tells of every signal through a file, though, and whoever reads it can send
    the main thread one of its own, which no other takes.
    """

    def __init__(self) -> None:
        self._received, self._sent = os.pipe()
        os.set_blocking(self._sent, False)
        self._main = threading.get_ident()
        self._awake = False

    def start(self) -> None:
        """Holds for all handlers, set before or later. For the main thread, which made this."""
        signal.signal(_NUDGE, self._wake_up)
        signal.set_wakeup_fd(self._sent, warn_on_full_buffer=False)
        threading.Thread(target=self._watch, name="waker", daemon=True).start()

    def _watch(self) -> NoReturn:
        while True:
            if set(os.read(self._received, 4096)) - {_NUDGE}:
                self._wake()

    def _wake(self) -> None:
        self._awake = False
        # More than once: one that comes just before the main thread waits does not interrupt that.
        while not self._awake:
            signal.pthread_kill(self._main, _NUDGE)
            time.sleep(_LOOK_SECONDS)

    def _wake_up(self, *_: object) -> None:
        # No event: a second nudge may come while the first one is in here, holding its lock.
        self._awake = True
