"""The attempts of a run along the time: when each step waited, and when it was worked on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from builder_ui.moments import spent
from core.clock import Milliseconds
from core.model import Attempt, RequestEntry, Run, StepRun
from engine.run_timing import Timing, timing_of

MOST_INTERVALS = 4
LEAST_LENGTH = 0.4
"""Hundredths that an attempt takes at least, so that it can be seen."""
_SECOND, _MINUTE, _HOUR, _DAY = 1_000, 60_000, 3_600_000, 86_400_000
_INTERVALS = (
    *(1, 2, 5, 10, 20, 50, 100, 200, 500),
    *(count * _SECOND for count in (1, 2, 5, 10, 15, 30)),
    *(count * _MINUTE for count in (1, 2, 5, 10, 15, 30)),
    *(count * _HOUR for count in (1, 2, 3, 6, 12)),
)


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time in hundredths of the whole. `kind` is `wait` or an attempt's outcome."""

    start: float
    length: float
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Track:
    """The bars of one step."""

    step_id: str
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class Answered:
    """When the caller got its answer: after how long, and where that is in hundredths."""

    after: Milliseconds
    place: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """Tracks of the steps that began, in the order in which they did, over `length` of time.

    `whole` are the bars of the run itself, without a gap: `queued`, `steps` and `wait`. `ticks` are
    moments since the begin of the run, each with its place in hundredths.
    """

    whole: Sequence[Bar]
    tracks: Sequence[Track]
    answered: Answered | None
    length: Milliseconds
    ticks: Sequence[tuple[float, Milliseconds]]


def timeline(
    run: Run, steps: Sequence[StepRun], now: Milliseconds, inbound: RequestEntry | None = None
) -> Timeline:
    """The timeline of a run as it stands. `inbound` is the request that brought its event."""
    timing = timing_of(run, steps, now)
    begun = sorted((one for one in steps if one.started_at is not None), key=_start)
    ends = [run.finished_at or now, *(one.finished_at or 0 for one in begun)]
    length = max(max(ends) - run.created_at, 1)
    scale = _Scale(run.created_at, length, run.finished_at or now)
    tracks = [Track(one.step_id, scale.bars(one)) for one in begun]
    ticks = [(100 * moment / length, moment) for moment in _moments(length)]
    whole = list(_whole(timing, scale))
    return Timeline(whole, tracks, _answered(inbound, length), length, ticks)


def _whole(timing: Timing, scale: _Scale) -> Iterator[Bar]:
    """The run from its acceptance on, without a gap."""
    if timing.queued:
        words = f"queued: {spent(timing.queued)}"
        yield scale.bar(timing.accepted_at, timing.started_at, "queued", words)
    at = timing.started_at
    for start, end in timing.attempts:
        if start > at:
            yield scale.bar(at, start, "wait", f"between attempts: {spent(start - at)}")
        yield scale.bar(start, end, "steps", f"in steps: {spent(end - start)}", LEAST_LENGTH)
        at = end
    if timing.until > at:
        yield scale.bar(at, timing.until, "wait", f"between attempts: {spent(timing.until - at)}")


def _answered(inbound: RequestEntry | None, length: Milliseconds) -> Answered | None:
    if inbound is None or inbound.status is None or inbound.duration is None:
        return None
    return Answered(inbound.duration, round(min(100 * inbound.duration / length, 100), 3))


def _moments(length: Milliseconds) -> range:
    """Round moments from 0 to `length`, a few and each another one in words."""
    least = -(-length // MOST_INTERVALS)
    days = -(-least // _DAY) * _DAY
    return range(0, length + 1, next((one for one in _INTERVALS if one >= least), days))


@dataclass(frozen=True, slots=True)
class _Scale:
    begin: Milliseconds
    length: Milliseconds
    now: Milliseconds

    def bars(self, step: StepRun) -> list[Bar]:
        """Its attempts and the waits between them."""
        bars: list[Bar] = []
        at = step.started_at or self.begin
        for attempt in step.attempts:
            if attempt.outcome == "deferred":
                # It sent nothing: the step waits.
                continue
            if attempt.started_at > at:
                words = f"waited {spent(attempt.started_at - at)}"
                bars.append(self.bar(at, attempt.started_at, "wait", words))
            at = attempt.started_at + attempt.duration
            words = f"attempt {attempt.number}: {_outcome(attempt)}, {spent(attempt.duration)}"
            bars.append(self.bar(attempt.started_at, at, attempt.outcome, words, LEAST_LENGTH))
        if step.finished_at is None:
            bars.append(self.bar(at, max(self.now, at), "wait", "waits"))
        return bars

    def bar(
        self, start: Milliseconds, end: Milliseconds, kind: str, words: str, least: float = 0
    ) -> Bar:
        """A stretch of time; it is `least` hundredths long at least."""
        place = min(100 * max(start - self.begin, 0) / self.length, 100 - least)
        width = min(max(100 * (end - start) / self.length, least), 100 - place)
        return Bar(round(place, 3), round(width, 3), kind, words)


def _outcome(attempt: Attempt) -> str:
    return attempt.outcome if attempt.reason is None else f"{attempt.outcome}, {attempt.reason}"


def _start(step: StepRun) -> Milliseconds:
    return step.started_at or 0
