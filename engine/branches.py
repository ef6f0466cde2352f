"""The branches of one run: attempts made beside each other, each in a thread of its own."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Set
from functools import partial

from core.store import Store
from engine.attempt import Attempted
from engine.tools import Submit

Attempt = Callable[[], Attempted]
"""Makes an attempt."""


class Branches:
    """Launches attempts and brings back what they came to. One thread at a time asks."""

    def __init__(self, submit: Submit) -> None:
        self._submit = submit
        self._in_flight: set[str] = set()
        self._abandoned = False
        self._ended: queue.SimpleQueue[tuple[str, Attempted | None]] = queue.SimpleQueue()

    @property
    def in_flight(self) -> Set[str]:
        """The steps whose attempts were launched and have not come back."""
        return self._in_flight

    def launch(self, step: str, attempt: Attempt) -> None:
        """Has an attempt of a step made as soon as there is a thread for it."""
        self._in_flight.add(step)
        self._submit(partial(self._make, step, attempt))

    def next(self, seconds: float | None = None) -> Attempted | None:
        """The next attempt that ends, or None when none does in time or the next was left out."""
        try:
            step, attempted = self._ended.get(timeout=seconds)
        except queue.Empty:
            return None
        self._in_flight.discard(step)
        return attempted

    def abandon(self) -> None:
        """The run goes on without them: what still waits for a thread is left out."""
        self._abandoned = True

    def late(self) -> Iterator[Attempted]:
        """What was under way all the same, as it ends. Blocks until then."""
        while self._in_flight:
            attempted = self.next()
            if attempted is not None:
                yield attempted

    def _make(self, step: str, attempt: Attempt) -> None:
        self._ended.put((step, None if self._abandoned else attempt()))


def log_late(store: Store, branches: Branches) -> None:
    """Logs what abandoned branches have sent, as they end. Blocks until then."""
    for attempted in branches.late():
        store.commit_later([store.requests.insert(entry) for entry in attempted.requests])
