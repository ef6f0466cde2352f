"""The ticks of every tenant's schedules. Any number of processes may make them: each comes once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

from core import log_context
from core.clock import Clock, Milliseconds
from core.errors import GuardMissed, InvalidError, StorageUnavailable, UnstorableError
from core.run_store import RunFilter
from core.schedules import Schedule
from core.states import RUN_ENDS, RunStatus
from core.store import Store
from core.trigger_kinds import ScheduleTrigger
from core.writes import ListQuery
from engine.arrival import Automaton, make_run
from engine.catalog import Catalog
from engine.events.announcer import Announcer
from engine.events.schedule_events import FIRED, SKIPPED, fired_data, skipped_data
from engine.plan import Plan
from engine.schedules.occurrences import tick_event
from engine.schedules.steps import Omission, Tick, next_step, overlapping
from engine.starter import Starter

PART = 100
"""Schedules that are read at once."""
GOING_ON = frozenset(RunStatus) - RUN_ENDS

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Due:
    """A schedule that is due, with what is live."""

    schedule: Schedule
    plan: Plan
    trigger: ScheduleTrigger

    @property
    def name(self) -> str:
        return self.plan.definition.name


class Ticker:
    """Makes ticks: the move to the next one, the event and its run are one unit of work.

    Whoever moves a schedule on first has made the tick; the others find `GuardMissed` and keep
    nothing. `stirred` is set when ticks may come earlier than was known, `stopping` when no further
    one is to be made.
    """

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        starter: Starter,
        announcer: Announcer,
        clock: Clock,
        stirred: threading.Event,
    ) -> None:
        self.stirred = stirred
        self.stopping = threading.Event()
        self._store = store
        self._catalog = catalog
        self._starter = starter
        self._announcer = announcer
        self._clock = clock
        self._told: set[tuple[str, str, int]] = set()

    def tick(self) -> Milliseconds | None:
        """Makes every tick that is due; how long until the next one, None when there is none.

        Raises StorageUnavailable; what was not made then is due still.
        """
        # One moment for all: those that wait for the others have not been missed.
        now = self._clock.now()
        for schedule in self._due(now):
            if self.stopping.is_set():
                break
            self._catch_up_safely(schedule, now)
        next_due = self._store.schedules.next_due(now)
        return None if next_due is None else max(next_due - self._clock.now(), 0)

    def _due(self, now: Milliseconds) -> Iterator[Schedule]:
        last: Schedule | None = None
        while part := self._store.schedules.due(now, PART, last):
            yield from part
            last = part[-1]

    def _catch_up_safely(self, schedule: Schedule, now: Milliseconds) -> None:
        """Brings one schedule up to now; whatever is wrong with it harms no other."""
        try:
            self._catch_up(schedule, now)
        except GuardMissed:
            logger.debug("a tick of automation %s was made by another", schedule.automation_id)
        except UnstorableError:
            self._tell("cannot be stored", schedule)
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001  the ticks of the others must come
            self._tell("cannot be made", schedule)

    def _catch_up(self, schedule: Schedule, now: Milliseconds) -> None:
        plan = self._catalog.plan(schedule.tenant, schedule.automation_id, schedule.version)
        trigger = plan.trigger.schedule if plan.trigger else None
        if trigger is None:
            raise InvalidError("no schedule starts this version")
        due = _Due(schedule, plan, trigger)
        while due.schedule.next_at is not None and due.schedule.next_at <= now:
            if self.stopping.is_set():
                return
            due = replace(due, schedule=self._take(due, now))

    def _take(self, due: _Due, now: Milliseconds) -> Schedule:
        """Does the next thing about a schedule; the schedule as it is then."""
        step = next_step(due.trigger, due.schedule, now)
        if isinstance(step, Tick) and not due.trigger.overlaps and self._goes_on(due.schedule):
            step = overlapping(due.trigger, due.schedule, step)
        if isinstance(step, Tick):
            return self._fire(due, step)
        return self._leave_out(due, step)

    def _fire(self, due: _Due, tick: Tick) -> Schedule:
        schedule, now = due.schedule, self._clock.now()
        automaton = Automaton(schedule.tenant, schedule.automation_id, schedule.version, due.plan)
        event = tick_event(automaton, tick.scheduled_at, tick.missed, now)
        run = make_run(automaton, event, now)
        data = fired_data(schedule, due.name, run, tick.scheduled_at, tick.missed)
        beside = [
            self._store.schedules.move(schedule, tick.next_at),
            self._store.events.insert(event),
            *self._announcer.announce(
                schedule.tenant, FIRED, data, automation_id=schedule.automation_id
            ),
        ]
        self._starter.start(run, event, due.plan, beside)
        return replace(schedule, next_at=tick.next_at)

    def _leave_out(self, due: _Due, step: Omission) -> Schedule:
        schedule, left_out = due.schedule, step.left_out
        data = skipped_data(schedule, due.name, left_out)
        announced = self._announcer.announce(
            schedule.tenant, SKIPPED, data, automation_id=schedule.automation_id
        )
        move = self._store.schedules.move(schedule, step.next_at, left_out)
        self._store.commit([move, *announced])
        words = "automation %s of tenant %s: %d ticks in a row were left out (%s)"
        counted = (left_out.count, left_out.why)
        told_of = log_context.of(schedule.tenant)
        logger.info(words, schedule.automation_id, schedule.tenant, *counted, extra=told_of)
        return replace(schedule, next_at=step.next_at, left_out=left_out)

    def _goes_on(self, schedule: Schedule) -> bool:
        """Whether a run of the automation has not ended yet."""
        which = RunFilter(automation_id=schedule.automation_id, statuses=GOING_ON)
        return bool(self._store.runs.list(schedule.tenant, which, ListQuery(limit=1)).items)

    def _tell(self, words: str, schedule: Schedule) -> None:
        """Tells of ticks that do not come, once for a version: they are tried again and again."""
        key = (schedule.tenant, schedule.automation_id, schedule.version)
        if key not in self._told:
            self._told.add(key)
            told = "ticks of automation %s of tenant %s %s"
            told_of = log_context.of(schedule.tenant)
            names = (schedule.automation_id, schedule.tenant)
            logger.exception(told, *names, words, extra=told_of)
