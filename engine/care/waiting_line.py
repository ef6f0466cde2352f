"""Those who were held back: each has a turn, and the first are called when there is room.

A turn is when somebody asks again who was not called: the fallback after a restart, or when whoever
was called never comes. Pure, like the breaker.
"""

from __future__ import annotations

from collections import OrderedDict

from core.clock import Milliseconds
from engine.care.turns import Turns

MOST_REMEMBERED = 10_000
"""Who comes beyond that is not called, and has a turn all the same."""


class WaitingLine:
    """The runs that wait for one endpoint, by their ids. Not safe for threads."""

    __slots__ = ("_line", "_turns")

    def __init__(self) -> None:
        self._line: OrderedDict[str, Milliseconds] = OrderedDict()
        self._turns = Turns()

    def join(
        self,
        waiter: str | None,
        now: Milliseconds,
        earliest: Milliseconds,
        spacing: Milliseconds,
    ) -> Milliseconds:
        """The turn of somebody who was held back: from `earliest` on, `spacing` after the last one.

        Whoever asks before their turn keeps it. Those who have no id are not waited for in a line,
        as they are few: they come at `earliest`.
        """
        if waiter is None:
            return earliest
        kept = self._line.get(waiter)
        if kept is not None and kept > now:
            return kept
        turn = self._turns.take(earliest, spacing)
        if kept is not None or len(self._line) < MOST_REMEMBERED:
            self._line[waiter] = turn
        return turn

    def leave(self, waiter: str | None) -> None:
        """Somebody need not wait any more."""
        if waiter is not None:
            self._line.pop(waiter, None)

    def call(self, count: int, now: Milliseconds) -> tuple[str, ...]:
        """The next ones who are to come, at most so many; they wait no more.

        Left out is whose turn has passed: they come by themselves, or never.
        """
        called: list[str] = []
        while self._line and len(called) < count:
            waiter, turn = self._line.popitem(last=False)
            if turn > now:
                called.append(waiter)
        return tuple(called)

    def forget_turns(self) -> None:
        """Who is held back from now on has not to come after those who were before."""
        self._turns.clear()
