"""Limits of what may come in, and the port to whoever counts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.clock import Milliseconds
from core.rates import Rate


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `rate` of what is counted under `counted`; `policy` is what callers call the limit.

    Whoever is limited under the same text shares the count, in every process that shares it.
    """

    policy: str
    rate: Rate
    counted: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a limit stands: `left` more fit in now, and after `wait` there is room for another."""

    limit: Limit
    left: int
    wait: Milliseconds


@dataclass(frozen=True, slots=True)
class Admission:
    """What became of a request: let in, or kept out by the limit that is `full`.

    `standings` tell how the limits stand when it was let in. Where nobody could count there are
    none: then everybody is let in.
    """

    full: Standing | None = None
    standings: tuple[Standing, ...] = ()


class RequestCounter(Protocol):
    """Counts requests: never more than a limit's amount within any stretch of its period."""

    def take(self, limits: Sequence[Limit]) -> Admission:
        """Counts a request under each of the limits, or under none where one of them is full."""
        ...

    def look(self, limits: Sequence[Limit]) -> Admission:
        """What `take` would come to; counts nothing."""
        ...

    def close(self) -> None:
        """Closes what is open."""
        ...
