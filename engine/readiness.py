"""Whether events can be stored, for whoever asks, however often."""

from __future__ import annotations

import threading

from core.clock import Clock, Milliseconds
from core.errors import StorageUnavailable
from core.store import Store

LASTING: Milliseconds = 500


class Readiness:
    """Asks the store, and gives its answer to all who ask soon afterwards.

    To find out costs a commit, and anybody may ask.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._checked_at: Milliseconds | None = None
        self._error: StorageUnavailable | None = None

    def check(self) -> None:
        """Raises StorageUnavailable unless the store can be written."""
        with self._lock:
            now = self._clock.now()
            if self._checked_at is None or abs(now - self._checked_at) >= LASTING:
                self._error = self._look()
                self._checked_at = self._clock.now()
            error = self._error
        if error is not None:
            raise StorageUnavailable(str(error))

    def _look(self) -> StorageUnavailable | None:
        try:
            self._store.check()
        except StorageUnavailable as error:
            return error
        return None
