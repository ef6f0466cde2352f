"""How many runs may be executed at once, and how many are."""

from __future__ import annotations

import threading


class Places:
    """Counts places taken. Thread-safe."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0
        self._changed = threading.Condition()

    @property
    def are_full(self) -> bool:
        """Whether there is no place free."""
        return self._taken >= self._most

    def take(self, wanted: int) -> int:
        """Takes up to `wanted` free places; how many there were."""
        with self._changed:
            taken = max(min(wanted, self._most - self._taken), 0)
            self._taken += taken
            return taken

    def take_beyond(self) -> None:
        """Takes a place although there may be none: for a run that has begun already."""
        with self._changed:
            self._taken += 1

    def give_back(self, count: int = 1) -> bool:
        """Frees places; whether there had been none free."""
        with self._changed:
            was_full = self._taken >= self._most
            self._taken -= count
            if self._taken == 0:
                self._changed.notify_all()
            return was_full

    def wait_until_empty(self, seconds: float) -> bool:
        """Waits until nothing is executed; whether it came to that."""
        with self._changed:
            return self._changed.wait_for(lambda: self._taken == 0, timeout=seconds)
