"""Where the time of a run went, from its journal: in the queue, in its steps, and between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.clock import Milliseconds
from core.model import Attempt, Run, StepRun
from engine.settlement import DEFERRED, WAITED

Span = tuple[Milliseconds, Milliseconds]
"""From one moment up to another."""


@dataclass(frozen=True, slots=True)
class Timing:
    """The time of a run, from its acceptance to its end or to now: three parts that make a whole.

    `attempts` are the spans in which at least one attempt of a step was under way, in order; an
    attempt shorter than a millisecond is one of no length. What was held back was no attempt.
    """

    accepted_at: Milliseconds
    started_at: Milliseconds
    until: Milliseconds
    attempts: Sequence[Span]

    @property
    def queued(self) -> Milliseconds:
        """Until an executor took it up for the first time; its turn and a quarantine included."""
        return self.started_at - self.accepted_at

    @property
    def in_steps(self) -> Milliseconds:
        """While at least one attempt was under way."""
        return sum(end - start for start, end in self.attempts)

    @property
    def between(self) -> Milliseconds:
        """While none was: pauses before another attempt, and what lies between steps."""
        return self.total - self.queued - self.in_steps

    @property
    def total(self) -> Milliseconds:
        """All of it."""
        return self.until - self.accepted_at


def timing_of(run: Run, steps: Iterable[StepRun], now: Milliseconds) -> Timing:
    """The time of a run as it stands. `steps` are those outside of loops.

    What another clock noted before the acceptance or after the end counts as at them.
    """
    accepted_at = run.created_at
    until = max(run.finished_at or now, accepted_at)
    started_at = until if run.started_at is None else run.started_at
    started_at = min(max(started_at, accepted_at), until)
    attempts = (attempt for step in steps for attempt in step.attempts)
    found = [_span(attempt, until) for attempt in attempts if attempt.outcome != DEFERRED]

    def bound(moment: Milliseconds) -> Milliseconds:
        return min(max(moment, started_at), until)

    bounded = [(bound(start), bound(end)) for start, end in found]
    return Timing(accepted_at, started_at, until, _joined(bounded))


def _span(attempt: Attempt, until: Milliseconds) -> Span:
    start = attempt.started_at
    # What waits for a callback, a person or another run is under way until it was told.
    return start, until if attempt.outcome == WAITED else start + attempt.duration


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, of which none touches another."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
