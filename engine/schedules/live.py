"""Which schedules are live: the row of each appears, changes and goes with its automation."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from core.clock import Clock, Milliseconds
from core.errors import InvalidError, NotFoundError
from core.model import Automation
from core.schedules import Schedule, Schedules
from core.trigger_kinds import ScheduleTrigger
from core.writes import Write
from engine.catalog import Catalog
from engine.plan import CompiledTrigger


class LiveSchedules:
    """What changes of an automation mean for its schedule, to be committed with them.

    A schedule has a row while its automation is published and enabled. `stirred` is set by whoever
    committed such a change in this process: ticks may come earlier than was known.
    """

    def __init__(self, schedules: Schedules, catalog: Catalog, clock: Clock) -> None:
        self.stirred = threading.Event()
        self._schedules = schedules
        self._catalog = catalog
        self._clock = clock

    def published(
        self, automation: Automation, version: int, trigger: CompiledTrigger
    ) -> Sequence[Write]:
        """A version of the automation becomes live. One with the same rhythm keeps the ticks."""
        schedule = trigger.schedule
        if schedule is None or not automation.enabled:
            return self.removed(automation)
        if self._known(automation.tenant, automation.id, schedule) is not None:
            return (self._schedules.rebind(automation.tenant, automation.id, version),)
        return (self._schedules.put(self._begun(automation, version, schedule)),)

    def switched(self, automation: Automation, *, enabled: bool) -> Sequence[Write]:
        """The automation is enabled or disabled. What came while it was disabled was not missed."""
        if automation.enabled == enabled:
            return ()
        if not enabled:
            return self.removed(automation)
        version = automation.published
        trigger = version and self._trigger(automation.tenant, automation.id, version)
        if not version or not trigger:
            return ()
        return (self._schedules.put(self._begun(automation, version, trigger)),)

    def removed(self, automation: Automation) -> Sequence[Write]:
        """The automation goes."""
        return (self._schedules.remove(automation.tenant, automation.id),)

    def anchor(self, tenant: str, automation_id: str, trigger: ScheduleTrigger) -> Milliseconds:
        """When a schedule began, or would begin if it was published now."""
        known = self._known(tenant, automation_id, trigger)
        return self._now_in_seconds() if known is None else known.anchor

    def _known(self, tenant: str, automation_id: str, trigger: ScheduleTrigger) -> Schedule | None:
        """The live schedule of an automation, where its rhythm is that of the trigger."""
        known = self._schedules.get(tenant, automation_id)
        before = known and self._trigger(tenant, automation_id, known.version)
        return known if before and before.rhythm == trigger.rhythm else None

    def _begun(self, automation: Automation, version: int, trigger: ScheduleTrigger) -> Schedule:
        anchor = self._now_in_seconds()
        next_at = trigger.next_after(self._clock.now(), anchor)
        return Schedule(automation.tenant, automation.id, version, anchor, next_at)

    def _now_in_seconds(self) -> Milliseconds:
        """Whole seconds, so that an interval's ticks are moments people can read."""
        now = self._clock.now()
        return now - now % 1000

    def _trigger(self, tenant: str, automation_id: str, version: int) -> ScheduleTrigger | None:
        try:
            plan = self._catalog.plan(tenant, automation_id, version)
        except (InvalidError, NotFoundError):
            # Published by another release: its page says why it does not run here.
            return None
        return plan.trigger.schedule if plan.trigger else None
