"""What will come: the next ticks of a schedule, live or still being written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.clock import Clock, Milliseconds
from core.schedules import Schedule, Schedules
from core.spec import Family
from core.trigger_kinds import ScheduleTrigger
from engine.compiler import Compiler
from engine.drafts.draft import mapping, text
from engine.drafts.sketches import summary_of
from engine.registry import Registry
from engine.schedules.live import LiveSchedules

SHOWN = 5
"""Ticks that are shown."""
FAULTY = "The next times appear once nothing is wrong."
OVER = "It never comes, or never again."


@dataclass(frozen=True, slots=True)
class Forecast:
    """The next ticks of a trigger: what it says in words, its zone, and why there is none.

    `fault` is empty where there is nothing to tell.
    """

    words: str
    zone: str
    ticks: Sequence[Milliseconds] = ()
    fault: str = ""


class ForecastService:
    """Tells when automations will be started by the clock."""

    def __init__(
        self,
        registry: Registry,
        compiler: Compiler,
        live: LiveSchedules,
        schedules: Schedules,
        clock: Clock,
    ) -> None:
        self._registry = registry
        self._compiler = compiler
        self._live = live
        self._schedules = schedules
        self._clock = clock

    def live(self, tenant: str, automation_ids: Sequence[str]) -> Mapping[str, Schedule]:
        """The schedules that are live, by the automation's id."""
        return self._schedules.of(tenant, automation_ids)

    def next_tick(self, tenant: str, automation_id: str) -> Milliseconds | None:
        """When the clock starts an automation next; None when it does not."""
        schedule = self._schedules.get(tenant, automation_id)
        return schedule.next_at if schedule else None

    def of_draft(self, tenant: str, automation_id: str, document: Any) -> Forecast | None:
        """The next ticks of a draft, if it was published now; None when no schedule starts it."""
        trigger = mapping(mapping(document).get("trigger"))
        kind = self._registry.triggers.get(text(trigger.get("type")))
        if kind is None or kind.SPEC.family is not Family.SCHEDULE:
            return None
        configuration = mapping(trigger.get("with"))
        words = summary_of(kind.SPEC, configuration)
        if list(self._compiler.trigger_faults(trigger)):
            return Forecast(words, "UTC", fault=FAULTY)
        compiled = self._compiler.trigger(kind.SPEC.name, configuration).schedule
        if compiled is None:
            return None
        anchor = self._live.anchor(tenant, automation_id, compiled)
        ticks = upcoming(compiled, self._clock.now(), anchor)
        return Forecast(words, compiled.zone, ticks, "" if ticks else OVER)


def upcoming(
    trigger: ScheduleTrigger, now: Milliseconds, anchor: Milliseconds, most: int = SHOWN
) -> Sequence[Milliseconds]:
    """The next ticks after now, as many as there are, up to `most`; intervals begin at `anchor`."""
    ticks: list[Milliseconds] = []
    following = trigger.next_after(now, anchor)
    while following is not None and len(ticks) < most:
        ticks.append(following)
        following = trigger.next_after(following, anchor)
    return ticks


def local_time(moment: Milliseconds, zone: str) -> str:
    """A moment as the clocks of a zone show it: `Fri 27 Nov 2026, 09:00 CET`."""
    shown = datetime.fromtimestamp(moment // 1000, ZoneInfo(zone))
    seconds = ":%S" if shown.second else ""
    return shown.strftime(f"%a %d %b %Y, %H:%M{seconds} %Z")
