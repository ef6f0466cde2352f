"""One endpoint of one tenant: whether a request may go now, and what is known of those that went.

Pure, like the breaker: it is told the time, and whoever holds it locks.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from core.clock import Milliseconds, to_words
from core.rates import Rate
from engine.care.breaker import Breaker, Change, CircuitState, Ending, Ticket
from engine.care.limits import EndpointLimits
from engine.care.waiting_line import WaitingLine
from engine.moving_window import MovingWindow

APART: Milliseconds = 250
"""How far apart those ask again who were held back by a full endpoint and not called."""
APART_WITHOUT_ANSWER: Milliseconds = 1_000
"""The same while it answers nobody: to ask costs as much as a run, and helps nobody until then."""
PATIENCE: Milliseconds = 1_000
"""How soon they ask again at least, as long as an endpoint is full or being tried."""
UNPROVEN = 32
"""How many executors' threads may wait for an endpoint of which no answer is known: should it be
dead, so many give up at one moment, and all of that is taken from others.
"""
MOST_USERS = 20
"""Users of an endpoint that are remembered, the latest ones."""
AUTOMATION = "automation"
SUBSCRIPTION = "subscription"
ALERTS = "alerts"
"""The kinds of users: an automation, a subscription, and all alerts of the tenant together."""


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
class After:
    """What the end of a request changes, and who is called for it: ids of those who waited."""

    change: Change | None
    called: tuple[str, ...]


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
        self._line = WaitingLine()
        self._is_recovering = False
        self._limits = limits
        self._window: MovingWindow | None = None
        self._last_failure: Failure | None = None
        self._users: OrderedDict[User, None] = OrderedDict()
        self.configure(limits)

    def configure(self, limits: EndpointLimits) -> None:
        """Takes on other limits; a rate that changes begins to count anew."""
        if limits.rate != self._limits.rate or self._window is None:
            self._window = None if limits.rate is None else MovingWindow(limits.rate)
        self._limits = limits

    def enter(
        self, user: User, places: int | None, now: Milliseconds, waiter: str | None = None
    ) -> Ticket | Held:
        """A request wants to go. Each that goes must `leave`; one that is held uses nothing up.

        `places` is how many executors' threads may wait for this endpoint, None for a request that
        is sent from another thread. `waiter` is the id of whom to call when one that is held may
        go, None where nobody can be called.
        """
        self._note_use(user, now)
        held = self._held_by_circuit(waiter, now) or self._held_by_numbers(waiter, places, now)
        if held is None and self._window is not None and not self._window.take(now):
            held = self._held_by_rate(waiter, self._window, now)
        if held is not None:
            return held
        self._line.leave(waiter)
        self.in_flight += 1
        self.places += places is not None
        return self._breaker.enter(now)

    def leave(
        self, ticket: Ticket, ending: Ending, words: str, now: Milliseconds, *, placed: bool
    ) -> After:
        """A request that went has ended, `words` saying how."""
        self.in_flight -= 1
        self.places -= placed
        if ending is Ending.FAILED:
            self._last_failure = Failure(now, words)
        if ending is Ending.ANSWERED and not self._is_proven(now):
            self._is_recovering = True
        return self._after(self._breaker.leave(ticket, ending, now), now)

    def close(self, now: Milliseconds) -> After:
        """Closes the circuit."""
        return self._after(self._breaker.close(), now)

    def _after(self, change: Change | None, now: Milliseconds) -> After:
        if change and not change.opened:
            self._line.forget_turns()
            self._is_recovering = True
        return After(change, self._call(now))

    def _call(self, now: Milliseconds) -> tuple[str, ...]:
        """Calls one for each that has ended; two while it recovers, so that it grows from one."""
        is_full = self._window is not None and self._window.opens_at(now) > now
        if is_full or not self._breaker.admits(now):
            return ()
        most = self._limits.concurrency
        room = 2 if most is None else max(most - self.in_flight, 1)
        count = min(room, 2) if self._is_recovering else 1
        called = self._line.call(count, now)
        self._is_recovering = self._is_recovering and len(called) == count
        return called

    def state(self, now: Milliseconds) -> CircuitState:
        """Whether its circuit is closed."""
        return self._breaker.state(now)

    def view(self, now: Milliseconds) -> EndpointView:
        """How it stands."""
        requests, failures = self._breaker.counts(now)
        return EndpointView(
            id=self.id,
            origin=self.label,
            state=self.state(now),
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

    def _held_by_circuit(self, waiter: str | None, now: Milliseconds) -> Held | None:
        if self._breaker.admits(now):
            return None
        until = self._breaker.open_until(now)
        if until is None:
            words = f"the circuit of {self.label} is half open: one request tries it just now"
            return self._held(words, waiter, now, now + PATIENCE, APART_WITHOUT_ANSWER)
        requests, failures = self._breaker.counts(now)
        last = f", the last one with: {self._last_failure.words}" if self._last_failure else ""
        words = (
            f"the circuit of {self.label} is open until {to_words(until)}, as {failures} of the "
            f"last {requests} requests failed{last}"
        )
        return self._held(words, waiter, until - 1, until, APART_WITHOUT_ANSWER)

    def _held_by_numbers(
        self, waiter: str | None, places: int | None, now: Milliseconds
    ) -> Held | None:
        most = self._limits.concurrency
        if most is not None and self.in_flight >= most:
            return self._held_by_number(waiter, self.in_flight, now)
        if places is None or self.places < min(places, UNPROVEN):
            return None
        if self.places >= places:
            return self._held_by_number(waiter, self.places, now)
        return None if self._is_proven(now) else self._held_unproven(waiter, now)

    def _is_proven(self, now: Milliseconds) -> bool:
        requests, failures = self._breaker.counts(now)
        return requests > failures

    def _held_by_number(self, waiter: str | None, under_way: int, now: Milliseconds) -> Held:
        self._is_recovering = False
        words = _as_many_as_may_be(under_way, self.label)
        return self._held(words, waiter, now, now + PATIENCE, APART)

    def _held_unproven(self, waiter: str | None, now: Milliseconds) -> Held:
        self._is_recovering = False
        words = _as_many_as_may_be(self.places, self.label, " until one is answered")
        return self._held(words, waiter, now, now + PATIENCE, APART_WITHOUT_ANSWER)

    def _held_by_rate(self, waiter: str | None, window: MovingWindow, now: Milliseconds) -> Held:
        words = f"{self.label} is sent {window.rate.text} at most; this request waits for its turn"
        opens_at, spacing = window.opens_at(now), window.rate.spacing
        return Held(words, self._line.join(waiter, now, opens_at, spacing))

    def _held(
        self,
        words: str,
        waiter: str | None,
        after: Milliseconds,
        earliest: Milliseconds,
        apart: Milliseconds,
    ) -> Held:
        """Held back; who has a turn `after` this moment keeps it."""
        return Held(words, self._line.join(waiter, after, earliest, apart))


def _as_many_as_may_be(under_way: int, label: str, until: str = "") -> str:
    return (
        f"{under_way} requests to {label} are under way, as many as may be{until}; this one waits "
        "for its turn"
    )
