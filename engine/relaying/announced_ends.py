"""Tells how runs end: each end is announced in the same commit."""

from __future__ import annotations

from collections.abc import Sequence

from core.writes import Write
from engine.catalog import Catalog
from engine.endings import Ending
from engine.events.announcer import Announcer
from engine.events.run_events import run_data


class AnnouncedEnds:
    """An `engine.endings.EndingRule`."""

    def __init__(self, announcer: Announcer, catalog: Catalog) -> None:
        self._announcer = announcer
        self._catalog = catalog

    def writes(self, ending: Ending) -> Sequence[Write]:
        """The event `run.<status>`, where anybody wants to know."""
        run, event_type = ending.run, f"run.{ending.status}"
        if not self._announcer.wanted(run.tenant, event_type):
            return ()
        live = self._catalog.of(run.tenant).live.get(run.automation_id)
        name = live.automation.name if live else run.automation_id
        return self._announcer.announce(
            run.tenant,
            event_type,
            run_data(run, name, ending.status, ending.error, ending.at),
            automation_id=run.automation_id,
            depth=run.depth + 1,
        )
