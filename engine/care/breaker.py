"""A circuit breaker: who fails and fails is left alone for a while, and then tried by one.

Pure: it has no clock of its own and starts nothing. Closed, it counts; open, it admits nobody for
PAUSE; half open, it admits one request at a time, whose end decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto

from core.clock import Milliseconds
from engine.care.outcomes import OutcomeWindow

LEAST_REQUESTS = 10
"""However many of them fail, fewer requests than this open nothing."""
FAILING_PERCENT = 70
PAUSE: Milliseconds = 30_000
"""How long an open circuit admits nobody."""


class CircuitState(StrEnum):
    """Whether requests go through."""

    CLOSED = auto()
    OPEN = auto()
    HALF_OPEN = auto()


class Ending(StrEnum):
    """How a request ended, as far as it tells of the endpoint."""

    ANSWERED = auto()
    FAILED = auto()
    NOTHING = auto()
    """Nothing was found out: it did not get as far as the endpoint."""


@dataclass(frozen=True, slots=True)
class Change:
    """A circuit that has `opened`, or else closed; `since` is when it had opened."""

    opened: bool
    since: Milliseconds


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request that was admitted; one of an earlier `era` of the circuit tells nothing more."""

    era: int
    probe: bool


class Breaker:
    """The circuit of one endpoint. Not safe for threads; whoever holds it locks."""

    __slots__ = ("_era", "_opened_at", "_probing", "_window", "began_at")

    def __init__(self) -> None:
        self.began_at: Milliseconds | None = None
        """Since when the endpoint has been out of order, None while it is not."""
        self._window = OutcomeWindow()
        self._opened_at: Milliseconds | None = None
        self._probing = False
        self._era = 0

    def state(self, now: Milliseconds) -> CircuitState:
        """What it is now; an open one becomes half open by itself."""
        if self._opened_at is None:
            return CircuitState.CLOSED
        if 0 <= now - self._opened_at < PAUSE:
            return CircuitState.OPEN
        return CircuitState.HALF_OPEN

    def open_until(self, now: Milliseconds) -> Milliseconds | None:
        """When an open circuit becomes half open, None when it is not open."""
        if self._opened_at is None or self.state(now) is not CircuitState.OPEN:
            return None
        return self._opened_at + PAUSE

    def admits(self, now: Milliseconds) -> bool:
        """Whether a request may go now."""
        state = self.state(now)
        return state is CircuitState.CLOSED or (
            state is CircuitState.HALF_OPEN and not self._probing
        )

    def counts(self, now: Milliseconds) -> tuple[int, int]:
        """How many requests there were lately, and how many of them failed."""
        return self._window.counts(now)

    def enter(self, now: Milliseconds) -> Ticket:
        """A request goes, as `admits` allows it. Each must `leave`."""
        probe = self.state(now) is CircuitState.HALF_OPEN
        self._probing = self._probing or probe
        return Ticket(self._era, probe)

    def leave(self, ticket: Ticket, ending: Ending, now: Milliseconds) -> Change | None:
        """A request has ended; what that changes."""
        if ticket.era != self._era:
            return None
        if ticket.probe:
            return self._judge_probe(ending, now)
        if ending is Ending.NOTHING:
            return None
        self._window.add(ending is Ending.FAILED, now)
        return self._open(now) if ending is Ending.FAILED and self._is_failing(now) else None

    def close(self) -> Change | None:
        """Somebody knows that it works again; what that changes."""
        if self.began_at is None:
            return None
        change = Change(opened=False, since=self.began_at)
        self._opened_at = self.began_at = None
        self._next_era()
        self._window.clear()
        return change

    def _judge_probe(self, ending: Ending, now: Milliseconds) -> Change | None:
        if ending is Ending.ANSWERED:
            return self.close()
        if ending is Ending.FAILED:
            self._window.add(True, now)
            return self._open(now)
        self._probing = False
        return None

    def _open(self, now: Milliseconds) -> Change | None:
        self._opened_at = now
        self._next_era()
        if self.began_at is not None:
            return None
        self.began_at = now
        return Change(opened=True, since=now)

    def _next_era(self) -> None:
        self._era += 1
        self._probing = False

    def _is_failing(self, now: Milliseconds) -> bool:
        total, failed = self._window.counts(now)
        return total >= LEAST_REQUESTS and failed * 100 >= total * FAILING_PERCENT
