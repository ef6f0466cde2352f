"""Those who wait for one access token that somebody asks for."""

from __future__ import annotations

from concurrent.futures import Future

from core.clock import Milliseconds
from core.duration import format_duration
from core.outcomes import Defer, Retry
from core.tokens import Gained
from engine.care.turns import Turns

SOONEST: Milliseconds = 250
"""How soon somebody who was turned away asks again."""
SPACING: Milliseconds = 5
"""How far apart they do at least; it grows with the time that the provider takes."""
_SHARE = 32
"""One comes back within the share of the time that it has taken already."""


class TokenQueue:
    """One request for a token. `waiting` counts executors' threads; whoever holds it locks."""

    def __init__(self, began_at: Milliseconds) -> None:
        self.waiting = 0
        self._began_at = began_at
        self._turns = Turns()
        self._answer: Future[Gained] = Future()

    def tell(self, gained: Gained) -> None:
        """It is over."""
        self._answer.set_result(gained)

    def wait(self, patience: Milliseconds) -> Gained:
        """What comes of it, or that nothing came in time. Not under the lock."""
        try:
            return self._answer.result(patience / 1000)
        except TimeoutError:
            waited = format_duration(patience)
            return Retry(f"no access token within {waited}; another attempt still asks for it")

    def turn_away(self, now: Milliseconds) -> Defer:
        """Comes back later, one after another; the longer it takes, the later."""
        taken = max(now - self._began_at, 0)
        turn = self._turns.take(now + max(taken, SOONEST), max(taken // _SHARE, SPACING))
        words = (
            f"{self.waiting} steps wait already for the access token that one of them asks for; "
            "this one waits for its turn"
        )
        return Defer(turn, words)
