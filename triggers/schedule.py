"""`schedule`: the clock starts the automation, by cron, at intervals, or once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.clock import Milliseconds
from core.duration import parse_duration
from core.spec import Family, TriggerSpec
from triggers.schedules.checks import schedule_faults
from triggers.schedules.cron import CronRhythm
from triggers.schedules.moments import parse_moment
from triggers.schedules.rhythms import IntervalRhythm, SingleMoment
from triggers.schedules.schema import SCHEDULE_OUTPUT, SCHEDULE_SCHEMA
from triggers.schedules.words import summary
from triggers.schedules.zones import UTC, Zone

Rhythm = CronRhythm | IntervalRhythm | SingleMoment


@dataclass(frozen=True, slots=True)
class CompiledSchedule:
    """A `core.trigger_kinds.ScheduleTrigger`."""

    rhythm: Rhythm
    zone: str
    makes_up: bool
    overlaps: bool

    def next_after(self, moment: Milliseconds, anchor: Milliseconds) -> Milliseconds | None:
        """The first tick after a moment; `anchor` is when the schedule began."""
        return self.rhythm.next_after(moment, anchor)


def compile_trigger(configuration: Mapping[str, Any]) -> CompiledSchedule:
    """The trigger of a `with` that holds `SPEC.schema` and has no fault by `SPEC.check`."""
    return CompiledSchedule(
        rhythm=_rhythm(configuration),
        zone=configuration.get("timezone", UTC),
        makes_up=configuration.get("missed", "once") == "once",
        overlaps=configuration.get("overlap", "allow") == "allow",
    )


def _rhythm(configuration: Mapping[str, Any]) -> Rhythm:
    if "cron" in configuration:
        return CronRhythm(configuration["cron"], Zone(configuration.get("timezone", UTC)))
    if "every" in configuration:
        begin = configuration.get("from")
        every = parse_duration(configuration["every"])
        return IntervalRhythm(every, None if begin is None else parse_moment(begin))
    return SingleMoment(parse_moment(configuration["at"]))


SPEC = TriggerSpec(
    name="schedule",
    family=Family.SCHEDULE,
    title="Schedule",
    description="Starts by the clock: by a cron expression in a time zone, at intervals, or once.",
    icon="clock",
    schema=SCHEDULE_SCHEMA,
    output=SCHEDULE_OUTPUT,
    check=schedule_faults,
    summary=summary,
)
