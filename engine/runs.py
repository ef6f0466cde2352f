"""Runs as an operator handles them: look, cancel, replay, start by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.clock import Clock
from core.errors import ConflictError, Fault, GuardMissed, InvalidError, NotFoundError
from core.event_keys import EventKey
from core.masking import Masker
from core.model import Event, Page, Run, StepRun
from core.quarantine import QuarantineFilter
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
from engine.failing import Failure, failure_of
from engine.graph import FAILURE
from engine.limits.limits import Limits
from engine.limits.quotas import RUN_ALONE
from engine.plan import Plan
from engine.regions import Regions
from engine.run_items import LoopState, loop_states
from engine.run_timing import Timing, timing_of
from engine.schedules.occurrences import body_by_hand
from engine.starter import Starter
from engine.step_keys import split_key
from engine.step_states import states_of_steps
from engine.transitions import Transitions
from engine.vault import Vault

CANCELLED = "cancelled by request"

_KEPT = (StepStatus.SUCCEEDED, StepStatus.FAILED)
"""Steps whose results a replay keeps, where they left by a port.

What was cancelled gets another chance, and so does a step that ended the run itself: kept, it would
neither end the new run nor lead on. What followed a failure is never kept.
"""


@dataclass(frozen=True, slots=True)
class RunDetail:
    """A run with its event and what became of every step of its version, those in loops aside.

    `failure` tells how the run is going to end, or has ended, where steps follow that, and `loops`
    how far those are that have begun; `bodies` has the steps in each. `behind` is the id of the run
    of its key whose turn it is, where this one waits for its own; `quarantine_id` names the key
    that it is held for, where it is. `timing` tells where its time went.
    """

    run: Run
    event: Event | None
    steps: Sequence[StepRun]
    timing: Timing
    failure: Failure | None = None
    loops: Mapping[str, LoopState] = field(default_factory=dict)
    bodies: Mapping[str, Sequence[str]] = field(default_factory=dict)
    behind: str | None = None
    quarantine_id: str | None = None


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
        self._vault = vault
        self._audit = audit
        self._clock = clock

    def list(self, tenant: str, which: RunFilter, query: ListQuery) -> Page[Run]:
        """A tenant's runs, the newest first."""
        return self._store.runs.list(tenant, which, query)

    def get(self, tenant: str, run_id: str) -> RunDetail:
        """One run. Raises NotFoundError."""
        run = self._existing(tenant, run_id)
        masker = self._vault.of(tenant).masker
        event = self._store.events.get(tenant, run.event_id)
        plan = self._plan(run)
        keys = None if plan is None else [FAILURE, *_outside_loops(plan.regions)]
        journal = self._store.runs.journal(tenant, run_id, keys)
        steps = _steps(run, plan, journal)
        return RunDetail(
            run=_with_masked_keys(run, masker),
            event=None if event is None else masked_event(event, masker),
            steps=steps,
            timing=timing_of(run, steps, self._clock.now()),
            failure=failure_of(journal),
            loops={} if plan is None else loop_states(self._store, run, plan.regions, journal),
            bodies={} if plan is None else plan.regions.bodies,
            behind=self._behind(run),
            quarantine_id=self._quarantine_id(run),
        )

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

    def _behind(self, run: Run) -> str | None:
        """The run that a queued one waits for, where it waits for its turn."""
        if run.order_key is None or run.status is not RunStatus.QUEUED or run.due_at is not None:
            return None
        return self._store.runs.first_in(EventKey(run.tenant, run.automation_id, run.order_key))

    def _quarantine_id(self, run: Run) -> str | None:
        if run.quarantine_key is None or run.status is not RunStatus.HELD:
            return None
        which = QuarantineFilter(run.automation_id, run.quarantine_key)
        found = self._store.quarantine.list(run.tenant, which, ListQuery(limit=1)).items
        return found[0].id if found else None

    def _plan(self, run: Run) -> Plan | None:
        """The version of a run, as far as it can still be read."""
        try:
            return self._catalog.plan(run.tenant, run.automation_id, run.version)
        except (InvalidError, NotFoundError):
            return None

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


def _outside_loops(regions: Regions) -> Sequence[str]:
    """The steps that are in no loop's body."""
    return (*regions.main.steps, *(regions.failure.steps if regions.failure else ()))


def _steps(run: Run, plan: Plan | None, journal: Sequence[StepRun]) -> Sequence[StepRun]:
    """What became of the steps; without the version, of those that have begun."""
    if plan is not None:
        return states_of_steps(run, plan.regions, journal)
    return [one for one in journal if one.step_id != FAILURE and not split_key(one.step_id)[1]]


def _no_run(run_id: str) -> NotFoundError:
    return NotFoundError(f"there is no run {run_id}")


def _is_kept(step: StepRun) -> bool:
    return step.status in _KEPT and step.port is not None


def _with_masked_keys(run: Run, masker: Masker) -> Run:
    """A run as it may be shown: a sender may have put a secret into what its keys are made of."""
    if not run.has_key:
        return run
    keys = (run.order_key, run.quarantine_key)
    order, quarantine = (None if key is None else masker.mask_text(key) for key in keys)
    return replace(run, order_key=order, quarantine_key=quarantine)


def masked_event(event: Event, masker: Masker) -> Event:
    """An event as it may be shown: a secret that its sender put into it stands masked.

    What is stored stays as it came: the run needs it so.
    """
    return replace(
        event,
        path=masker.mask_text(event.path),
        query=masker.mask_json(event.query),
        params=masker.mask_json(event.params),
        body=masker.mask_json(event.body),
        raw=masker.mask_bytes(event.raw),
    )
