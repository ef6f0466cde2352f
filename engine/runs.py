"""Runs as an operator handles them: look, cancel, replay, start by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.clock import Clock
from core.errors import ConflictError, Fault, GuardMissed, InvalidError, NotFoundError
from core.model import Event, Page, Run, StepRun
from core.run_store import RunFilter
from core.states import RUN_ENDS, RunStatus, StepStatus
from core.store import Store
from core.traces import Traces
from core.writes import ListQuery, Write
from engine.answers import Answers, Ended
from engine.arrival import Automaton, event_without_request, make_run
from engine.audit import AuditService
from engine.catalog import Catalog
from engine.ended_traces import trace_end
from engine.endings import Endings
from engine.limits.limits import Limits
from engine.limits.quotas import RUN_ALONE
from engine.plan import Plan
from engine.run_details import RunDetail, RunDetails
from engine.schedules.occurrences import body_by_hand
from engine.starter import Starter
from engine.transitions import Transitions
from engine.vault import Vault

CANCELLED = "cancelled by request"

_KEPT = (StepStatus.SUCCEEDED, StepStatus.FAILED)
"""Steps whose results a replay keeps, where they left by a port.

What was cancelled gets another chance, and so does a step that ended the run itself: kept, it would
neither end the new run nor lead on. What followed a failure is never kept.
"""


class RunService:
    """A tenant's runs."""

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        transitions: Transitions,
        starter: Starter,
        answers: Answers,
        endings: Endings,
        limits: Limits,
        traces: Traces,
        vault: Vault,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._transitions = transitions
        self._starter = starter
        self._answers = answers
        self._endings = endings
        self._limits = limits
        self._traces = traces
        self._audit = audit
        self._clock = clock
        self._details = RunDetails(store, catalog, vault, clock)

    def list(self, tenant: str, which: RunFilter, query: ListQuery) -> Page[Run]:
        """A tenant's runs, the newest first."""
        return self._store.runs.list(tenant, which, query)

    def get(self, tenant: str, run_id: str) -> RunDetail:
        """One run. Raises NotFoundError."""
        return self._details.of(self._existing(tenant, run_id))

    def cancel(self, tenant: str, run_id: str) -> Run:
        """Ends a run. Raises NotFoundError, ConflictError when it has ended already."""
        run = self._existing(tenant, run_id)
        now = self._clock.now()
        try:
            note = self._note("cancelled", run)
            move = self._transitions.cancel(run, CANCELLED, now)
            follows = self._endings.of(run, RunStatus.CANCELLED, None, CANCELLED, now)
            self._store.commit([move, note, *follows])
        except GuardMissed:
            status = self._existing(tenant, run_id).status
            raise ConflictError(f"the run has ended already: it {status}") from None
        self._endings.counted(RunStatus.CANCELLED)
        self._endings.committed()
        trace_end(self._traces, self._store, run, RunStatus.CANCELLED, CANCELLED, now)
        self._answers.give(run_id, Ended(RunStatus.CANCELLED, None, CANCELLED))
        return self._existing(tenant, run_id)

    def replay(self, tenant: str, run_id: str, from_step: str | None = None) -> Run:
        """A new run of the same event and version; with `from_step` earlier results are kept.

        Raises NotFoundError, ConflictError when the run goes on, InvalidError for an unknown step.
        """
        run = self._existing(tenant, run_id)
        if run.status not in RUN_ENDS:
            raise ConflictError(f"the run is {run.status}; it can be replayed once it has ended")
        event = self._store.events.get(tenant, run.event_id)
        if event is None:
            raise NotFoundError(f"the event of run {run_id} is no longer there")
        plan = self._catalog.plan(tenant, run.automation_id, run.version)
        kept = self._kept(plan, run, from_step) if from_step is not None else ()
        return self._start_again(run, event, plan, kept)

    def start(self, tenant: str, automation_id: str, body: Any) -> tuple[Event, Run]:
        """Starts a live automation by hand, as the trigger `manual` does.

        Without a body, one that a schedule starts sees a tick of now. Raises NotFoundError,
        ConflictError when it is disabled, InvalidError when the body does not fit the trigger's
        fields, OverLimit when there are too many.
        """
        live = self._catalog.of(tenant).live.get(automation_id)
        if live is None:
            raise NotFoundError(f"there is no published automation {automation_id}")
        if not live.automation.enabled:
            raise ConflictError("the automation is disabled")
        form = live.plan.trigger.form if live.plan.trigger else None
        if form is not None and (faults := [Fault(*found) for found in form.check(body)]):
            raise InvalidError("the fields do not fit", faults)
        self._limits.gate.start(tenant, automation_id, live.plan.definition.limit)
        automaton = Automaton(tenant, automation_id, live.version, live.plan)
        now = self._clock.now()
        body = body_by_hand(live.plan, body, now)
        event = event_without_request(automaton, "manual", body, now)
        run = make_run(automaton, event, event.received_at)
        beside = [self._store.events.insert(event), self.note_start(run)]
        started = self._limits.quotas.within(
            tenant, RUN_ALONE, lambda: self._starter.start(run, event, live.plan, beside)
        )
        return event, self._as_stored(started)

    def note_start(self, run: Run) -> Write:
        """The entry of the audit log for a run that was started by hand."""
        return self._note("started", run)

    def _existing(self, tenant: str, run_id: str) -> Run:
        run = self._store.runs.get(tenant, run_id)
        if run is None:
            raise _no_run(run_id)
        return run

    def _kept(self, plan: Plan, run: Run, from_step: str) -> Sequence[StepRun]:
        if from_step not in plan.steps:
            known = ", ".join(plan.graph.steps)
            raise InvalidError(f"there is no step {from_step}; there are: {known}")
        if around := plan.regions.loops_around(from_step):
            words = f"{from_step} is in the body of {around[0]}; replay from {around[0]}"
            raise InvalidError(f"{words}, or the whole run")
        again = plan.graph.downstream(from_step)
        kept = [step for step in plan.regions.main.steps if step not in again]
        journal = self._store.runs.journal(run.tenant, run.id, kept)
        return [entry for entry in journal if _is_kept(entry)]

    def _start_again(self, run: Run, event: Event, plan: Plan, kept: Sequence[StepRun]) -> Run:
        automaton = Automaton(run.tenant, run.automation_id, run.version, plan)
        again = replace(make_run(automaton, event, self._clock.now()), replay_of=run.id)
        note = self._note("replayed", again, {"replay_of": run.id})
        steps = [self._store.runs.keep_step(again, step) for step in kept]
        try:
            beside = [*self._store.runs.require(run), *steps, note]
            begun = self._starter.start(again, event, plan, beside, kept)
        except GuardMissed:
            raise _no_run(run.id) from None
        return self._as_stored(begun)

    def _as_stored(self, run: Run) -> Run:
        """A run that has a key is queued, in line or held: the store decides that."""
        return self._existing(run.tenant, run.id) if run.has_key else run

    def _note(self, what: str, run: Run, detail: Mapping[str, Any] | None = None) -> Write:
        facts = {"automation_id": run.automation_id, **(detail or {})}
        return self._audit.note(run.tenant, f"run.{what}", "run", run.id, "", facts)


def _no_run(run_id: str) -> NotFoundError:
    return NotFoundError(f"there is no run {run_id}")


def _is_kept(step: StepRun) -> bool:
    return step.status in _KEPT and step.port is not None
