"""How many questions about drafts are worked out at once.

Whoever may see an automation may ask about any draft of it, and a large one takes a processor for
a while: so that runs and other people go on meanwhile, a few are worked out and others wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from core.errors import BusyError

MOST_QUESTIONS = 4
"""Questions of a process that are worked out at once."""
PATIENCE_SECONDS = 2.0
"""How long a question waits for a place."""


class Questions:
    """Places for sketches, previews, completions and forms; saving a draft needs none."""

    def __init__(self, most: int = MOST_QUESTIONS, patience: float = PATIENCE_SECONDS) -> None:
        self._places = BoundedSemaphore(most)
        self._patience = patience

    @contextmanager
    def place(self) -> Iterator[None]:
        """Holds a place while a question is worked out. Raises BusyError when none gets free."""
        if not self._places.acquire(timeout=self._patience):
            raise BusyError("many drafts are being looked at; this one is when you ask again")
        try:
            yield
        finally:
            self._places.release()
