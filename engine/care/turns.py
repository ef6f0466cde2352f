"""When those who are held back ask again: one after another, so that they do not come as one."""

from __future__ import annotations

from core.clock import Milliseconds

MOST_AHEAD: Milliseconds = 3_600_000
"""No turn is later than this after the earliest moment; more who wait begin with that again."""


class Turns:
    """Gives out moments, each a little later than the one before."""

    __slots__ = ("_next",)

    def __init__(self) -> None:
        self._next: Milliseconds = 0

    def take(self, earliest: Milliseconds, spacing: Milliseconds) -> Milliseconds:
        """The next turn, not before `earliest`; the one after it is `spacing` later."""
        turn = max(self._next, earliest)
        if turn > earliest + MOST_AHEAD:
            turn = earliest
        self._next = turn + spacing
        return turn

    def clear(self) -> None:
        """Nobody waits any more."""
        self._next = 0
