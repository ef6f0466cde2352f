"""Trying a draft out: it is executed in memory, step by step, and tells what becomes of it.

The rules are those of a run, its requests are really sent and stand in the request log, and records
are really changed, which stands in the audit log; but no run is stored, so nothing recovers it and
nothing else can take it up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.errors import InvalidError
from core.ids import new_id
from core.model import Run
from core.records import RecordChange
from core.writes import Write
from engine.acting import acting, acting_as
from engine.audit import AuditService
from engine.drafts.draft import mapping, text
from engine.records.access import RecordTools
from engine.records.notes import note_change
from engine.trying.places import Place, Places
from engine.trying.trial_attempts import TrialTools
from engine.trying.trial_events import TrialEvent, refused
from engine.trying.trial_input import check_event, event_of, results_of, trial_run
from engine.trying.trial_plan import MOST_ITEMS, Part, TrialPlanner
from engine.trying.trial_run import TrialRun
from engine.vault import Vault

MOST_TRIALS = 32
"""Trials of a process that may be under way at once; each holds a thread of the server."""
MOST_OF_A_USER = 4


@dataclass(frozen=True, slots=True)
class Trial:
    """What is to be tried, all of it as JSON.

    `until` names the last step; `only` the one step that is tried alone, with the results of the
    others as its input. `results` are results that are taken as they are, by step id
    (`engine.trying.trial_input.results_of`). A step that is tried alone is executed all the same.
    Of each list a loop takes the first `items`.
    """

    document: Any
    event: Any
    until: str | None = None
    only: str | None = None
    results: Mapping[str, Any] = field(default_factory=dict)
    items: int = MOST_ITEMS


class TrialService:
    """Executes trials."""

    def __init__(
        self, tools: TrialTools, planner: TrialPlanner, vault: Vault, audit: AuditService
    ) -> None:
        self._tools = tools
        self._audit = audit
        self._planner = planner
        self._vault = vault
        self._places = Places(tools.clock, "trials", MOST_TRIALS, MOST_OF_A_USER)

    def run(self, tenant: str, automation_id: str, trial: Trial, *, user: str) -> TrialStream:
        """The events of a user's trial, which goes on while they are read, in the reading thread.

        `started`, then `step` for each step as it begins and ends, and `ended`; or only `refused`.
        Raises InvalidError for an event or results of wrong form, BusyError when too many trials
        are under way. It must be closed; its place lapses with its time in any case.
        """
        check_event(trial.event)
        results_of(trial.results)
        run = trial_run(tenant, automation_id, new_id(), self._tools.clock.now())
        place = self._places.take(user, run.deadline)
        tools = replace(self._tools, records=self._record_tools(automation_id))
        return TrialStream(self._events(tools, run, trial), place)

    def _record_tools(self, automation_id: str) -> RecordTools:
        """No run will tell of what a trial changes: the audit log does, as done by who tries."""
        actor, detail = acting(), {"trial_of": automation_id}

        def note(change: RecordChange) -> Sequence[Write]:
            with acting_as(actor):
                return note_change(self._audit, change, detail)

        return replace(self._tools.records, note=note)

    def _events(self, tools: TrialTools, run: Run, trial: Trial) -> Iterator[TrialEvent]:
        part = Part(trial.only or trial.until, trial.only is not None, max(trial.items, 1))
        try:
            planned = self._planner.plan(trial.document, part)
        except InvalidError as error:
            yield refused(str(error), error.faults)
            return
        trigger = mapping(mapping(trial.document).get("trigger"))
        event = event_of(run, trial.event, text(trigger.get("type")))
        results = results_of(trial.results)
        usable = planned.earlier if part.alone else planned.earlier | planned.plan.steps.keys()
        given = {step_id: one for step_id, one in results.items() if step_id in usable}
        secrets = self._vault.of(run.tenant)
        yield from TrialRun(tools, planned, part, run, event, secrets, given).events()


class TrialStream:
    """The events of one trial; it keeps its place among the trials until it is over or closed."""

    def __init__(self, events: Iterator[TrialEvent], place: Place) -> None:
        self._events = events
        self._place = place

    def __iter__(self) -> TrialStream:
        return self

    def __next__(self) -> TrialEvent:
        try:
            return next(self._events)
        except BaseException:
            self._leave()
            raise

    def close(self) -> None:
        """Ends the trial before its next step."""
        self._leave()

    def _leave(self) -> None:
        self._events = iter(())
        self._place.give_back()
