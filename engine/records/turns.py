"""Who was overtaken waits for his turn: in this process one after another, for each record."""

from __future__ import annotations

import threading

LINES = 64
"""Lines to wait in; records whose names fall together share one."""


class Turns:
    """Locks by name. Whoever holds one may take it again."""

    def __init__(self) -> None:
        self._locks = tuple(threading.RLock() for _ in range(LINES))

    def of(self, *name: str) -> threading.RLock:
        """The lock of a name, to be held in a `with`."""
        return self._locks[hash(name) % LINES]
