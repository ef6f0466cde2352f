"""The live schedules: when each one ticks next, and what became of ticks that were left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.clock import Milliseconds
from core.writes import Write


class WhyLeftOut(StrEnum):
    """Why ticks started nothing."""

    MISSED = "missed"
    """Nothing ran when they came, and the schedule does not make up for it."""
    OVERLAP = "overlap"
    """An earlier run still went on, and the schedule does not let runs overlap."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Ticks that started nothing: how many in a row, the last one's moment, and why."""

    last: Milliseconds
    count: int
    why: WhyLeftOut


@dataclass(frozen=True, slots=True)
class Schedule:
    """The schedule of a live version.

    `next_at` is the next tick, None when there is none any more; `anchor` is when the schedule
    began. `left_out` are the last ticks that started nothing, None when all did.
    """

    tenant: str
    automation_id: str
    version: int
    anchor: Milliseconds
    next_at: Milliseconds | None
    left_out: LeftOut | None = None


class Schedules(Protocol):
    """The live schedules, one at most for an automation."""

    def get(self, tenant: str, automation_id: str) -> Schedule | None:
        """An automation's schedule, or None."""
        ...

    def of(self, tenant: str, automation_ids: Sequence[str]) -> Mapping[str, Schedule]:
        """The schedules of several automations, by id; of those that have one."""
        ...

    def due(
        self, now: Milliseconds, limit: int, last: Schedule | None = None
    ) -> Sequence[Schedule]:
        """What is due, of every tenant, the longest due first; with `last`, what follows it."""
        ...

    def next_due(self, now: Milliseconds) -> Milliseconds | None:
        """When the next tick after now comes, of any tenant."""
        ...

    def put(self, schedule: Schedule) -> Write:
        """Makes this the schedule of its automation, in place of any other."""
        ...

    def rebind(self, tenant: str, automation_id: str, version: int) -> Write:
        """Lets another version have the schedule, whose ticks go on as they are."""
        ...

    def move(
        self, schedule: Schedule, next_at: Milliseconds | None, left_out: LeftOut | None = None
    ) -> Write:
        """Goes on to the next tick, noting what was left out.

        Guarded: refused unless version and next tick are still those of `schedule`.
        """
        ...

    def remove(self, tenant: str, automation_id: str) -> Write:
        """Ends an automation's schedule, where it has one."""
        ...
