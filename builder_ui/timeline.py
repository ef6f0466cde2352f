"""The attempts of a run along the time: when each step waited, and when it was worked on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.clock import Milliseconds
from core.model import Attempt, Run, StepRun

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
class Timeline:
    """Tracks of the steps that began, in the order in which they did, over `length` of time.

    `ticks` are moments since the begin of the run, each with its place in hundredths.
    """

    tracks: Sequence[Track]
    length: Milliseconds
    ticks: Sequence[tuple[float, Milliseconds]]


def timeline(run: Run, steps: Sequence[StepRun], now: Milliseconds) -> Timeline:
    """The timeline of a run as it stands."""
    begun = sorted((one for one in steps if one.started_at is not None), key=_start)
    ends = [run.finished_at or now, *(one.finished_at or 0 for one in begun)]
    length = max(max(ends) - run.created_at, 1)
    scale = _Scale(run.created_at, length, run.finished_at or now)
    tracks = [Track(one.step_id, scale.bars(one)) for one in begun]
    ticks = [(100 * moment / length, moment) for moment in _moments(length)]
    return Timeline(tracks, length, ticks)


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
                bars.append(self._bar(at, attempt.started_at, "wait", "waited"))
            at = attempt.started_at + attempt.duration
            words = f"attempt {attempt.number}: {_outcome(attempt)}"
            bars.append(self._bar(attempt.started_at, at, attempt.outcome, words, LEAST_LENGTH))
        if step.finished_at is None:
            bars.append(self._bar(at, max(self.now, at), "wait", "waits"))
        return bars

    def _bar(
        self, start: Milliseconds, end: Milliseconds, kind: str, words: str, least: float = 0
    ) -> Bar:
        place = min(100 * max(start - self.begin, 0) / self.length, 100 - least)
        width = min(max(100 * (end - start) / self.length, least), 100 - place)
        return Bar(round(place, 3), round(width, 3), kind, words)


def _outcome(attempt: Attempt) -> str:
    return attempt.outcome if attempt.reason is None else f"{attempt.outcome}, {attempt.reason}"


def _start(step: StepRun) -> Milliseconds:
    return step.started_at or 0
