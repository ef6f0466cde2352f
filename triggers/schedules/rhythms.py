"""Ticks that need no calendar: intervals, and a single moment."""

from __future__ import annotations

from dataclasses import dataclass

from core.clock import Milliseconds
from triggers.schedules.cron import LAST_MOMENT


@dataclass(frozen=True, slots=True)
class IntervalRhythm:
    """A tick every so often: at `begin` and then, or, without it, counted from the anchor."""

    every: Milliseconds
    begin: Milliseconds | None

    def next_after(self, moment: Milliseconds, anchor: Milliseconds) -> Milliseconds | None:
        """The first tick after a moment; the anchor itself is none."""
        first = anchor + self.every if self.begin is None else self.begin
        if moment < first:
            return first
        tick = first + ((moment - first) // self.every + 1) * self.every
        return tick if tick < LAST_MOMENT else None


@dataclass(frozen=True, slots=True)
class SingleMoment:
    """One tick."""

    at: Milliseconds

    def next_after(self, moment: Milliseconds, _anchor: Milliseconds) -> Milliseconds | None:
        """The moment, until it has come."""
        return self.at if moment < self.at else None
