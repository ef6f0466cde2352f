"""A tenant's automations at a glance: each with how its last runs went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.automation_store import AutomationFilter
from core.model import Automation, Document, Page, Run
from core.schedules import Schedule
from core.statistics import BUCKET, Tally
from core.store import Store
from core.writes import ListQuery
from engine.drafts.sketches import SketchService
from engine.statistics import StatisticsService

DAY = 86_400_000
RUNS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class AutomationCard:
    """An automation in a list. `day` counts the last 24 hours, `runs` are the newest first.

    `trigger` says in one line what starts it, `icon` is the name of the trigger's icon. `schedule`
    is there where the clock does.
    """

    automation: Automation
    description: str
    trigger: str
    icon: str
    runs: Sequence[Run]
    day: Tally
    schedule: Schedule | None = None

    @property
    def has_changes(self) -> bool:
        """Whether there is a draft that is not live."""
        return self.automation.draft is not None


class OverviewService:
    """Lists automations with what happens in them; as many questions for fifty as for one."""

    def __init__(
        self, store: Store, statistics: StatisticsService, sketches: SketchService
    ) -> None:
        self._store = store
        self._statistics = statistics
        self._sketches = sketches

    def automations(
        self, tenant: str, which: AutomationFilter, query: ListQuery
    ) -> Page[AutomationCard]:
        """Those that fit, by name."""
        page = self._store.automations.search(tenant, which, query)
        ids = [automation.id for automation, _ in page.items]
        runs = self._store.runs.newest_of(tenant, ids, RUNS_SHOWN)
        days = self._statistics.history(tenant, DAY, BUCKET).automations if ids else {}
        schedules = self._store.schedules.of(tenant, ids)
        cards = tuple(
            self._card(automation, live, runs[automation.id], days, schedules)
            for automation, live in page.items
        )
        return Page(cards, page.next)

    def tags(self, tenant: str) -> Sequence[str]:
        """Every tag in use."""
        return self._store.automations.tags(tenant)

    def names(self, tenant: str) -> Mapping[str, str]:
        """The automations' names by their ids, in order."""
        return self._store.automations.names(tenant)

    def _card(
        self,
        automation: Automation,
        live: Document | None,
        runs: Sequence[Run],
        days: Mapping[str, Tally],
        schedules: Mapping[str, Schedule],
    ) -> AutomationCard:
        document = automation.draft if live is None else live
        trigger = self._sketches.trigger(automation.tenant, document)
        description = (document or {}).get("description", "")
        return AutomationCard(
            automation=automation,
            description=description if isinstance(description, str) else "",
            trigger=" · ".join(filter(None, (trigger["title"], trigger["summary"]))),
            icon=trigger["icon"],
            runs=runs,
            day=days.get(automation.id, Tally()),
            schedule=schedules.get(automation.id),
        )
