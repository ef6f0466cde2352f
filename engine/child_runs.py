"""Runs that a step of another run starts, and what that one is told of their end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.clock import Clock
from core.errors import ExpressionError
from core.model import Run
from core.platform_events import MOST_DEPTH
from core.signals import Signal
from core.store import Store
from core.writes import Write
from engine.arrival import Automaton, event_without_request, make_run
from engine.catalog import Catalog, Live
from engine.endings import Ending
from engine.transitions import Transitions

TYPE = "automation"
"""The type of an event that another automation made by starting this one."""


class ChildRuns:
    """Makes the rows of child runs; an `engine.endings.EndingRule` for their ends."""

    def __init__(
        self, store: Store, catalog: Catalog, transitions: Transitions, clock: Clock
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._transitions = transitions
        self._clock = clock

    def start(
        self,
        parent: Run,
        step_id: str,
        automation_id: str,
        payload: Any,
        headers: Mapping[str, str],
    ) -> tuple[str, Sequence[Write]]:
        """The id of a new run, and what to commit with the step's result to make it.

        `headers` are those of its event: the context of a trace, where there is one. Raises
        ExpressionError for an automation that is not there or disabled, and when too many runs have
        led to one another.
        """
        live = self._startable(parent, automation_id)
        automaton = Automaton(parent.tenant, automation_id, live.version, live.plan)
        now = self._clock.now()
        event = event_without_request(automaton, TYPE, payload, now, headers)
        run = replace(
            make_run(automaton, event, now),
            depth=parent.depth + 1,
            parent_run_id=parent.id,
            parent_step=step_id,
        )
        return run.id, [self._store.events.insert(event), self._transitions.start(run)]

    def writes(self, ending: Ending) -> Sequence[Write]:
        """Tells the step that started a run how that ended; a parent that is over hears nothing."""
        run = ending.run
        if run.parent_run_id is None or run.parent_step is None:
            return ()
        payload = {
            "run_id": run.id,
            "status": ending.status.value,
            "output": ending.output,
            "error": ending.error,
        }
        parent, at = run.parent_run_id, ending.at
        signal = Signal(run.id, run.tenant, parent, run.parent_step, at, payload)
        wake = self._transitions.signal(run.tenant, parent, at)
        return [self._store.signals.insert(signal), replace(wake, guarded=False)]

    def _startable(self, parent: Run, automation_id: str) -> Live:
        live = self._catalog.of(parent.tenant).live.get(automation_id)
        if live is None:
            raise ExpressionError(f"there is no published automation {automation_id}")
        if not live.automation.enabled:
            raise ExpressionError(f"the automation {automation_id} is disabled")
        if parent.depth >= MOST_DEPTH:
            raise ExpressionError(
                f"{automation_id} would be run {parent.depth + 1} in a chain of runs that led to "
                f"one another; more than {MOST_DEPTH} are taken for a loop, and the chain is cut"
            )
        return live
