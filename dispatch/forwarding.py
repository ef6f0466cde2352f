"""Tells other processes what was stirred in this one, which does not do that work itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence


class Forwarder:
    """Calls workers whenever one of the events is set, in a thread for each."""

    def __init__(
        self, stirred: Sequence[threading.Event], call_workers: Callable[[], None]
    ) -> None:
        self._stirred = tuple(stirred)
        self._call_workers = call_workers
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=[one], name="forwarder", daemon=True)
            for one in self._stirred
        ]

    def start(self) -> None:
        """Begins to listen."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends the threads."""
        self._stopping.set()
        for event, thread in zip(self._stirred, self._threads, strict=True):
            event.set()
            if thread.is_alive():
                thread.join()

    def _work(self, stirred: threading.Event) -> None:
        while not self._stopping.is_set():
            stirred.wait()
            stirred.clear()
            self._call_workers()
