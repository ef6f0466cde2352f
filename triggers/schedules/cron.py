"""Cron expressions of five fields in a time zone, with the rules of Debian's cron for DST.

What a field means is the matter of the library cronsim, which is asked in local time without a
zone. How local times become moments is decided here: cronsim's own way leaves ticks out where a
zone changes by half an hour or at midnight, and can go back in time in an hour that comes twice.

An expression whose minute or hour begins with `*` follows the local clock: what the clock leaves
out has no tick, what it shows twice has two. Any other names times of the day: where the clock
leaves some of them out, there is one tick as it goes on, and where it shows them twice, only the
first ones count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cronsim import CronSim, CronSimError

from core.clock import Milliseconds
from triggers.schedules.zones import DAY, Zone

LAST_MOMENT: Milliseconds = 221_845_392_000_000
"""The begin of the year 9000: no schedule goes beyond."""

FIELDS = ("minute", "hour", "day of the month", "month", "day of the week")
_TAKES = (
    "0 to 59",
    "0 to 23",
    "1 to 31, or L for the last one",
    "1 to 12, or jan to dec",
    "0 to 7 (0 and 7 are Sunday), or sun to sat",
)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  local time of no zone
_SECOND = timedelta(seconds=1)
_SHOWN = 40
_FORMS = "5, 1-5, 1,3 or */2"


@dataclass(frozen=True, slots=True)
class CronRhythm:
    """The ticks of an expression without faults in a zone."""

    expression: str
    zone: Zone

    @property
    def names_times(self) -> bool:
        """Whether it names times of the day, and does not go with the local clock."""
        minute, hour, *_ = self.expression.split()
        return not (minute.startswith("*") or hour.startswith("*"))

    def next_after(self, moment: Milliseconds, _anchor: Milliseconds) -> Milliseconds | None:
        """The first tick after a moment."""
        start = moment + 1
        while start < LAST_MOMENT:
            start = self._behind_repeated(start)
            offset = self.zone.offset(start)
            local = self._first_local(start + offset)
            if local is None:
                return None
            tick = local - offset
            change = self.zone.first_change(start, tick)
            if change is None:
                return tick if tick < LAST_MOMENT else None
            left_out = (change.at + change.before, change.at + change.after)
            if self.names_times and self._has_tick(*left_out):
                return change.at
            start = change.at
        return None

    def _behind_repeated(self, start: Milliseconds) -> Milliseconds:
        """Where the clock was set back shortly before, when it shows what it has not shown yet."""
        if not self.names_times:
            return start
        change = self.zone.first_change(start - DAY, start)
        if change is None:
            return start
        return max(start, change.at + change.before - change.after)

    def _has_tick(self, begin: Milliseconds, end: Milliseconds) -> bool:
        """Whether there is one from a local time until before another."""
        local = self._first_local(begin) if begin < end else None
        return local is not None and local < end

    def _first_local(self, local: Milliseconds) -> Milliseconds | None:
        """The first local time of a tick from a local time on; None when there is none for long."""
        before = _EPOCH + timedelta(milliseconds=local - 1)
        try:
            found = next(CronSim(self.expression, before.replace(microsecond=0)))
        except (StopIteration, OverflowError, ValueError):
            return None
        return (found - _EPOCH) // _SECOND * 1000


def cron_faults(expression: str) -> list[str]:
    """Everything that is wrong with an expression, in words that name the field."""
    fields = expression.split()
    if len(fields) != len(FIELDS):
        count = f"{len(fields)} field{'' if len(fields) == 1 else 's'}"
        words = "minute, hour, day of the month, month and day of the week, as in 0 9 * * mon-fri"
        return [f"has {count}; a cron expression has five: {words}"]
    if faults := list(_field_faults(fields)):
        return faults
    if not _is_taken(expression):
        return ["the day of the month: no month that the expression names has so many days"]
    return []


def _field_faults(fields: Sequence[str]) -> Iterator[str]:
    for place, field in enumerate(fields):
        for term in field.split(","):
            if not _is_term(term, place):
                yield f"the {FIELDS[place]}: {_term_fault(term, place)}"


def _term_fault(term: str, place: int) -> str:
    shown = f"{term[:_SHOWN]!r}" if term else "an empty part"
    if term.isdecimal():
        return f"{term[:_SHOWN]} is out of range; it takes {_TAKES[place]}"
    first, dash, last = term.partition("-")
    if dash and "*" not in term and _is_term(first, place) and _is_term(last, place):
        return f"{shown} goes backwards; write it as two ranges"
    return f"{shown} is not taken; it takes {_TAKES[place]}, as in {_FORMS}"


def _is_term(term: str, place: int) -> bool:
    """Whether a term can stand in the field of this place."""
    fields = ["*"] * len(FIELDS)
    fields[place] = term
    return bool(term.strip()) and _is_taken(" ".join(fields))


def _is_taken(expression: str) -> bool:
    try:
        CronSim(expression, _EPOCH)
    except (CronSimError, AssertionError, ValueError):
        return False
    return True
