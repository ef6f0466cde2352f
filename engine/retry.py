"""When a step is tried again: exponential back-off with jitter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.clock import Milliseconds
from core.duration import parse_duration

LONGEST_WAIT: Milliseconds = 86_400_000
"""However long a partner asks to wait, it is asked again after a day."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how far apart. `attempts` counts the first try; `jitter` is a share, 0 to 1."""

    attempts: int = 6
    initial: Milliseconds = 1_000
    factor: float = 3
    max: Milliseconds = 600_000
    jitter: float = 0.2

    @classmethod
    def of(cls, configuration: Mapping[str, Any]) -> RetryPolicy:
        """The policy a step's `retry` describes; what it leaves out has its default."""
        values = dict(configuration)
        for name in ("initial", "max"):
            if name in values:
                values[name] = parse_duration(values[name])
        return cls(**values)

    def delay(
        self, attempt: int, asked: Milliseconds | None, chance: Callable[[], float]
    ) -> Milliseconds | None:
        """How long to wait after a failed `attempt` (from 1); None when it was the last.

        `asked` is a partner's `Retry-After`: never tried earlier than that. `chance` gives a number
        from 0 to 1 that spreads the wait downwards, so that runs that failed together part.
        """
        if attempt >= self.attempts:
            return None
        # A float that overflows is still larger than any bound.
        full = min(self.initial * min(float(self.factor) ** (attempt - 1), 1e12), self.max)
        spread = round(full * (1 - self.jitter * chance()))
        return min(max(spread, asked or 0), LONGEST_WAIT)
