"""One endpoint of one tenant: whether a request may go now, and what is known of those that went.

Pure, like the breaker: it is told the time, and whoever holds it locks.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from core.clock import Milliseconds, to_rfc3339
from core.rates import Rate
from engine.care.breaker import Breaker, Change, CircuitState, Ending, Ticket
from engine.care.limits import EndpointLimits
from engine.care.turns import Turns
from engine.moving_window import MovingWindow

AFTER_PAUSE: Milliseconds = 20
"""How far apart those come back who found a circuit open: a partner that recovers is not flooded.
"""
PROBE_PATIENCE: Milliseconds = 1_000
"""How soon those ask again who find that one of them is trying."""
BETWEEN_TURNS: Milliseconds = 2
"""How far apart those come back at least who found an endpoint full."""
FIRST_GUESS: Milliseconds = 1_000
"""How long requests take, as long as none has ended."""
MOST_USERS = 20
"""Users of an endpoint that are remembered, the latest ones."""
AUTOMATION = "automation"
"""The kind of a user that is an automation."""
_WEIGHT = 8
"""Of how many requests about the mean duration is made."""


@dataclass(frozen=True, slots=True)
class User:
    """Who calls: an automation, or another kind of thing that sends, with its id."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Held:
    """A request that may not go: why, in words, and when to ask again."""

    reason: str
    until: Milliseconds


@dataclass(frozen=True, slots=True)
class Failure:
    """The last request that failed, in words without anything secret."""

    at: Milliseconds
    words: str


@dataclass(frozen=True, slots=True)
class EndpointView:
    """An endpoint at one moment. `origin` is masked; counts are of the last 5 minutes."""

    id: str
    origin: str
    state: CircuitState
    out_of_order_since: Milliseconds | None
    open_until: Milliseconds | None
    in_flight: int
    concurrency: int | None
    rate: Rate | None
    requests: int
    failures: int
    last_failure: Failure | None
    last_used_at: Milliseconds
    used_by: Sequence[User]


class Endpoint:
    """The state of one endpoint. `label` is its origin as it may be shown.

    Of the requests in flight, those in executors' threads hold `places`.
    """

    def __init__(self, endpoint_id: str, label: str, limits: EndpointLimits) -> None:
        self.id = endpoint_id
        self.label = label
        self.in_flight = 0
        self.places = 0
        self.last_used_at: Milliseconds = 0
        self._breaker = Breaker()
        self._turns = Turns()
        self._limits = limits
        self._window: MovingWindow | None = None
        self._mean: float | None = None
        self._last_failure: Failure | None = None
        self._users: OrderedDict[User, None] = OrderedDict()
        self.configure(limits)

    def configure(self, limits: EndpointLimits) -> None:
        """Takes on other limits; a rate that changes begins to count anew."""
        if limits.rate != self._limits.rate or self._window is None:
            self._window = None if limits.rate is None else MovingWindow(limits.rate)
        self._limits = limits

    def enter(self, user: User, places: int | None, now: Milliseconds) -> Ticket | Held:
        """A request wants to go. Each that goes must `leave`; one that is held uses nothing up.

        `places` is how many executors' threads may wait for this endpoint, None for a request that
        is sent from another thread.
        """
        self._note_use(user, now)
        held = self._held_by_circuit(now) or self._held_by_numbers(places, now)
        if held is None and self._window is not None and not self._window.take(now):
            held = self._held_by_rate(self._window, now)
        if held is not None:
            return held
        self.in_flight += 1
        self.places += places is not None
        return self._breaker.enter(now)

    def leave(
        self,
        ticket: Ticket,
        ending: Ending,
        words: str,
        took: Milliseconds,
        now: Milliseconds,
        *,
        placed: bool,
    ) -> Change | None:
        """A request that went has ended, `words` saying how; what that changes."""
        self.in_flight -= 1
        self.places -= placed
        if ending is not Ending.NOTHING:
            mean = took if self._mean is None else self._mean
            self._mean = mean + (took - mean) / _WEIGHT
        if ending is Ending.FAILED:
            self._last_failure = Failure(now, words)
        change = self._breaker.leave(ticket, ending, now)
        if change and not change.opened:
            self._turns.clear()
        return change

    def close(self) -> Change | None:
        """Closes the circuit."""
        self._turns.clear()
        return self._breaker.close()

    def view(self, now: Milliseconds) -> EndpointView:
        """How it stands."""
        requests, failures = self._breaker.counts(now)
        return EndpointView(
            id=self.id,
            origin=self.label,
            state=self._breaker.state(now),
            out_of_order_since=self._breaker.began_at,
            open_until=self._breaker.open_until(now),
            in_flight=self.in_flight,
            concurrency=self._limits.concurrency,
            rate=self._limits.rate,
            requests=requests,
            failures=failures,
            last_failure=self._last_failure,
            last_used_at=self.last_used_at,
            used_by=tuple(reversed(self._users)),
        )

    def _note_use(self, user: User, now: Milliseconds) -> None:
        self.last_used_at = now
        self._users[user] = None
        self._users.move_to_end(user)
        if len(self._users) > MOST_USERS:
            self._users.popitem(last=False)

    def _held_by_circuit(self, now: Milliseconds) -> Held | None:
        if self._breaker.admits(now):
            return None
        until = self._breaker.open_until(now)
        if until is None:
            words = f"the circuit of {self.label} is half open: one request tries it just now"
            return self._held(words, now + PROBE_PATIENCE, AFTER_PAUSE)
        requests, failures = self._breaker.counts(now)
        last = f", the last one with: {self._last_failure.words}" if self._last_failure else ""
        words = (
            f"the circuit of {self.label} is open until {to_rfc3339(until)}, as {failures} of the "
            f"last {requests} requests failed{last}"
        )
        return self._held(words, until, AFTER_PAUSE)

    def _held_by_numbers(self, places: int | None, now: Milliseconds) -> Held | None:
        most = self._limits.concurrency
        if most is not None and self.in_flight >= most:
            return self._held_by_number(self.in_flight, most, now)
        if places is not None and self.places >= places:
            return self._held_by_number(self.places, places, now)
        return None

    def _held_by_number(self, under_way: int, most: int, now: Milliseconds) -> Held:
        mean = FIRST_GUESS if self._mean is None else self._mean
        spacing = max(round(mean / most), BETWEEN_TURNS)
        words = (
            f"{under_way} requests to {self.label} are under way, as many as may be; this one "
            "waits for its turn"
        )
        return self._held(words, now + spacing, spacing)

    def _held_by_rate(self, window: MovingWindow, now: Milliseconds) -> Held:
        words = f"{self.label} is sent {window.rate.text} at most; this request waits for its turn"
        return self._held(words, window.opens_at(now), window.rate.spacing)

    def _held(self, words: str, earliest: Milliseconds, spacing: Milliseconds) -> Held:
        return Held(words, self._turns.take(earliest, spacing))
