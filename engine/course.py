"""The course of one run: its steps and, once it fails, those that follow a failure; how it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from core.clock import Milliseconds
from core.duration import format_duration
from core.masking import Masker
from core.model import Run, StepRun
from core.outcomes import Finish, Halt
from core.states import RUN_FAILURES, RunStatus, StepStatus
from core.traces import RunTrace
from engine.attempt import Attempted
from engine.attempt_context import NO_ORIGIN
from engine.context import Context
from engine.failing import Failure, context_after, failure_of
from engine.flow.entries import Entries
from engine.flow.flow import Flow
from engine.graph import FAILURE, TRIGGER
from engine.journal import Journal
from engine.outputs import Outputs
from engine.plan import Plan, PlannedStep
from engine.run_end import Verdict
from engine.step_keys import split_key
from engine.tools import Tools


class Course:
    """What has happened in a run, what can happen next, and its end as soon as that is decided.

    All of it stands in the journal; `entries` are those it had when the run was taken up.
    """

    def __init__(
        self,
        tools: Tools,
        run: Run,
        plan: Plan,
        context: Context,
        masker: Masker,
        journal: Journal,
        entries: Sequence[StepRun],
        trace: RunTrace | None,
    ) -> None:
        self.verdict: Verdict | None = None
        self._tools = tools
        self._run = run
        self._plan = plan
        self._masker = masker
        self._journal = journal
        self._trace = trace
        self._outputs = Outputs(entries)
        self._failure = failure_of(entries)
        told = Entries(plan.regions, entries)
        self._flow = self._flow_of(TRIGGER, context, told)
        if self._failure is not None:
            self._flow = self._flow_after(self._failure, told)

    @property
    def deadline(self) -> Milliseconds:
        """When what is executed now is to be done."""
        return self._failure.deadline if self._failure else self._run.deadline

    def ready(self) -> Mapping[str, PlannedStep]:
        """The steps that have not begun and can, by their keys."""
        return {key: self._plan.steps[step_id] for key, step_id in self._flow.go_on().items()}

    def planned(self, key: str) -> PlannedStep:
        """What is to be executed under a key."""
        return self._plan.steps[split_key(key)[0]]

    def context(self, key: str) -> Context:
        """What a step sees at this moment."""
        return self._flow.scope_of(key).context

    def settle(self, attempted: Attempted) -> tuple[Attempted, StepRun]:
        """Takes an attempt in, which failed if there is no room for its output; and its entry."""
        now, chance = self._tools.clock.now(), self._tools.chance
        policy = self.planned(attempted.step_id).definition.retry
        earlier = self._journal.attempts(attempted.step_id)
        attempted, step = self._outputs.settle(attempted, earlier, policy, now, chance)
        self._count(attempted, step)
        self._record(step)
        return attempted, step

    def store_for_sending(self, key: str) -> None:
        """Notes a step that nobody waits for: it is to be sent as soon as that is on disk."""
        self._record(StepRun(key, StepStatus.WAITING, due_at=self._tools.clock.now()))

    def end_now(self) -> Verdict | None:
        """The end of what is executed now, None while there is something left to do."""
        if self._tools.clock.now() < self.deadline:
            return self._flow.verdict()
        if self._failure is not None:
            return self._failure.too_late()
        limit = format_duration(self._plan.definition.timeout)
        return Verdict(RunStatus.FAILED, error=f"the run took longer than {limit}")

    def conclude(self, verdict: Verdict) -> bool:
        """Takes an end of what is executed now; True when the steps that follow a failure begin."""
        if self._failure is not None:
            self.verdict = self._failure.end(verdict)
        elif verdict.status in RUN_FAILURES and self._plan.regions.failure is not None:
            self._fail(Failure(verdict, self._tools.clock.now()))
            return True
        else:
            self.verdict = verdict
        return False

    def _fail(self, failure: Failure) -> None:
        """Cancels what is open, and goes on with the steps that follow a failure."""
        self._failure = failure
        self._journal.cancel_open(failure.at)
        self._journal.record(failure.entry)
        self._flow = self._flow_after(failure, Entries(self._plan.regions))

    def _flow_after(self, failure: Failure, entries: Entries) -> Flow:
        return self._flow_of(FAILURE, context_after(failure, self._flow.top.context), entries)

    def _flow_of(self, owner: str, context: Context, entries: Entries) -> Flow:
        address_of = partial(self._tools.deeds.callback_url, self._run)
        clock = self._tools.clock
        return Flow(self._plan, owner, context, entries, self._keep, address_of, clock)

    def _count(self, attempted: Attempted, step: StepRun) -> None:
        action, made = self.planned(step.step_id).definition.action, step.attempts[-1]
        origin, duration = attempted.origin, attempted.duration
        self._tools.meters.attempt_made(action, made.outcome, origin, duration)
        if self._trace is not None:
            self._trace.attempt_made(action, step.step_id, made, attempted.requests)
        if step.finished_at is not None:
            self._count_end(action, origin, step)

    def _count_end(self, action: str, origin: str, step: StepRun) -> None:
        if step.finished_at is None or step.started_at is None:
            return
        duration = max(step.finished_at - step.started_at, 0)
        self._tools.meters.step_ended(action, step.status, origin, duration)
        if self._trace is not None:
            self._trace.step_ended(action, step)

    def _record(self, step: StepRun) -> None:
        self._journal.record(step)
        self._flow.record(step)

    def _keep(self, entry: StepRun) -> StepRun:
        """Takes an end into the journal that follows from others: of an item, or of a loop."""
        kept = self._outputs.admit(replace(entry, output=self._masker.mask_json(entry.output)))
        self._journal.record(kept)
        if kept.attempts:
            # An item has none: this is a loop's end.
            self._count_end(self.planned(kept.step_id).definition.action, NO_ORIGIN, kept)
        return kept


def verdict_of(attempted: Attempted, step: StepRun) -> Verdict | None:
    """The end of the run that an outcome asks for, None for most of them."""
    match attempted.outcome:
        case Halt():
            return Verdict(RunStatus.HALTED, error=step.error, step=step.step_id)
        case Finish(succeeded, message):
            words = attempted.masker.mask_text(message)
            end = RunStatus.SUCCEEDED if succeeded else RunStatus.FAILED
            return Verdict(end, words, None if succeeded else words, step.step_id)
    return None
