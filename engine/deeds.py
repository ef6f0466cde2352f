"""What an action may let happen beside its result: rows that are committed with that, or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.model import Run
from core.writes import Write
from engine.approvals.desk import Desk, DeskTools
from engine.child_runs import ChildRuns
from engine.events.announcer import Announcer
from engine.links import CALLBACK, Links


@dataclass(frozen=True, slots=True)
class Deeds:
    """Makes the rows; one for a process. A trial has none."""

    announcer: Announcer
    children: ChildRuns
    links: Links
    desk_tools: DeskTools

    def emit(self, run: Run, event_type: str, data: Mapping[str, Any]) -> Sequence[Write]:
        """An event that the run's automation emits."""
        return self.announcer.announce(
            run.tenant,
            event_type,
            data,
            automation_id=run.automation_id,
            depth=run.depth + 1,
        )

    def desk(self, run: Run, step_id: str, beside: list[Write]) -> Desk:
        """Where a step of a run asks people; what it does is added to `beside`."""
        return Desk(self.desk_tools, run, step_id, beside)

    def callback_url(self, run: Run, step_id: str) -> str:
        """The one-time address of a step of a run."""
        return self.links.url(CALLBACK, run.tenant, run.id, step_id)
