"""What there is to show of a run: its event, its steps, where its time went, what it waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.clock import Clock
from core.errors import InvalidError, NotFoundError
from core.event_keys import EventKey
from core.model import Event, Run, StepRun
from core.quarantine import QuarantineFilter
from core.states import RunStatus
from core.store import Store
from core.writes import ListQuery
from engine.catalog import Catalog
from engine.failing import Failure, failure_of
from engine.graph import FAILURE
from engine.masked_runs import masked_event, with_masked_keys
from engine.plan import Plan
from engine.regions import Regions
from engine.run_items import LoopState, loop_states
from engine.run_timing import Timing, timing_of
from engine.step_keys import split_key
from engine.step_states import states_of_steps
from engine.vault import Vault


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


class RunDetails:
    """Reads what there is to show of runs."""

    def __init__(self, store: Store, catalog: Catalog, vault: Vault, clock: Clock) -> None:
        self._store = store
        self._catalog = catalog
        self._vault = vault
        self._clock = clock

    def of(self, run: Run) -> RunDetail:
        """What there is to show of one run, masked."""
        masker = self._vault.of(run.tenant).masker
        event = self._store.events.get(run.tenant, run.event_id)
        plan = self._plan(run)
        keys = None if plan is None else [FAILURE, *_outside_loops(plan.regions)]
        journal = self._store.runs.journal(run.tenant, run.id, keys)
        steps = _steps(run, plan, journal)
        return RunDetail(
            run=with_masked_keys(run, masker),
            event=None if event is None else masked_event(event, masker),
            steps=steps,
            timing=timing_of(run, steps, self._clock.now()),
            failure=failure_of(journal),
            loops={} if plan is None else loop_states(self._store, run, plan.regions, journal),
            bodies={} if plan is None else plan.regions.bodies,
            behind=self._behind(run),
            quarantine_id=self._quarantine_id(run),
        )

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


def _outside_loops(regions: Regions) -> Sequence[str]:
    """The steps that are in no loop's body."""
    return (*regions.main.steps, *(regions.failure.steps if regions.failure else ()))


def _steps(run: Run, plan: Plan | None, journal: Sequence[StepRun]) -> Sequence[StepRun]:
    """What became of the steps; without the version, of those that have begun."""
    if plan is not None:
        return states_of_steps(run, plan.regions, journal)
    return [one for one in journal if one.step_id != FAILURE and not split_key(one.step_id)[1]]
