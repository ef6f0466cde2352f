"""One trial: the run of a draft in memory, with the engine's own rules and nobody else's eyes."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace

from core.clock import Clock, Milliseconds
from core.errors import ExpressionError, Fault
from core.model import Event, RequestEntry, Run, StepRun
from core.outcomes import Answer, Defer, Finish, Halt, Park, Retry, Succeed
from core.states import RUN_FAILURES, RunStatus, StepStatus
from core.store import Store
from engine.attempt import AttemptContext, Attempted, attempt_step
from engine.care.notifier import CaringNotifier
from engine.care.sender import CaringSender
from engine.context import build_context, context_at
from engine.drafts.effects import in_words
from engine.failing import Failure, scope_after
from engine.graph import Graph
from engine.outputs import MOST_BYTES, Outputs
from engine.records.access import RecordTools
from engine.retry import RetryPolicy
from engine.run_end import Verdict, natural_verdict
from engine.scope import Scope
from engine.tokens import TokenCache
from engine.trying.sights import CALLBACK_SHOWN
from engine.trying.timed_ways_out import TimedNotifier, TimedSender
from engine.trying.trial_events import TrialEvent, ended, refused, running, started, step_event
from engine.trying.trial_input import tried_failure
from engine.trying.trial_plan import Part, TrialPlan
from engine.vault import TenantSecrets

ONE_ATTEMPT = RetryPolicy(attempts=1)

_TOO_LONG = "a trial takes at most 5 minutes; what was left was not tried"
_TOO_MUCH = (
    f"the outputs of a trial are {MOST_BYTES >> 20} MiB at most, all together; "
    "what was left was not tried"
)
_NO_RESULT = "that step has no result yet; try it first, or pin a result to it"
_STOPPING = "the server is being stopped; what was left was not tried"


@dataclass(frozen=True, slots=True)
class TrialTools:
    """What a trial works with. Records are changed as really as requests are sent."""

    store: Store
    sender: CaringSender
    notifier: CaringNotifier
    clock: Clock
    records: RecordTools
    stopping: threading.Event
    tokens: TokenCache


class TrialRun:
    """Executes the part of a draft; `given` are results of steps that are not to be executed."""

    def __init__(
        self,
        tools: TrialTools,
        planned: TrialPlan,
        part: Part,
        run: Run,
        event: Event,
        secrets: TenantSecrets,
        given: Mapping[str, StepRun],
    ) -> None:
        self._tools = tools
        self._plan = planned.plan
        self._part = part
        self._run = run
        self._secrets = secrets
        self._given = given
        self._notifier = TimedNotifier(tools.notifier, tools.clock, run.deadline)
        self._sender = TimedSender(tools.sender, tools.clock, run.deadline)
        self._outputs = Outputs()
        self._answer: Answer | None = None
        self._end: Verdict | None = None
        self._cut: Verdict | None = None
        before = [step for step_id, step in given.items() if step_id in planned.earlier]
        callbacks = dict.fromkeys(planned.plan.callbacks, CALLBACK_SHOWN)
        context = build_context(event, run, before, secrets.values, callbacks)
        self._scope = Scope(self._plan.regions.main, context)

    def events(self) -> Iterator[TrialEvent]:
        """Executes while it is read: whoever stops reading ends the trial before the next step."""
        if self._plan.regions.failure and not self._plan.regions.main.steps:
            self._follow(tried_failure(self._run))
        if self._part.alone and (faults := self._missing()):
            yield refused("results that the step needs are missing", faults)
            return
        yield started(self._plan.graph.steps)
        verdict = yield from self._execute()
        verdict = yield from self._report(verdict)
        duration = max(self._tools.clock.now() - self._run.created_at, 0)
        yield ended(self._cut or verdict, self._answer, self._secrets.masker, duration)

    def _report(self, verdict: Verdict) -> Generator[TrialEvent, None, Verdict]:
        """The steps of `on_failure`, where the others came to a failure; the end of the whole."""
        following = self._plan.regions.failure
        if following is None or self._scope.graph is following:
            return verdict
        if self._cut or verdict.status not in RUN_FAILURES:
            left = StepStatus.CANCELLED if self._cut else StepStatus.SKIPPED
            yield from self._left(following, left)
            return verdict
        failure = Failure(verdict, self._tools.clock.now())
        self._follow(failure)
        return failure.end((yield from self._execute()))

    def _follow(self, failure: Failure) -> None:
        """Goes on with the steps that follow a failure."""
        self._scope = scope_after(failure, self._plan.regions, self._scope)
        self._end = None

    def _execute(self) -> Generator[TrialEvent, None, Verdict]:
        """Takes the steps of the scope as far as they go; how that ends."""
        while not self._is_over():
            coming = self._scope.progress()
            for step_id in coming.dead:
                self._scope.record(StepRun(step_id, StepStatus.SKIPPED))
                yield step_event(self._scope.entries[step_id])
            if not coming.ready:
                break
            for step_id in coming.ready:
                yield from self._take(step_id)
        yield from self._left(self._scope.graph, StepStatus.CANCELLED)
        return self._cut or self._end or self._natural_verdict()

    def _left(self, graph: Graph, status: StepStatus) -> Iterator[TrialEvent]:
        """What has become of the steps that were not taken."""
        for step_id in graph.steps:
            if step_id not in self._scope.entries:
                yield step_event(StepRun(step_id, status))

    def _take(self, step_id: str) -> Iterator[TrialEvent]:
        """One step: its given result, or an attempt, unless the trial is over."""
        if self._is_over():
            return
        given = self._given.get(step_id)
        if given is not None:
            self._record(given)
            yield step_event(given, pinned=True)
            return
        yield running(step_id, self._tools.clock.now())
        yield self._settled(self._attempt(step_id))

    def _is_over(self) -> bool:
        """Whether nothing more is to be taken; notes it where the trial has to be cut off."""
        if self._tools.stopping.is_set():
            self._cut = self._cut or Verdict(RunStatus.CANCELLED, error=_STOPPING)
        elif self._tools.clock.now() >= self._run.deadline:
            self._cut = self._cut or Verdict(RunStatus.FAILED, error=_TOO_LONG)
        return self._cut is not None or self._end is not None

    def _attempt(self, step_id: str) -> Attempted:
        context = AttemptContext(
            run=self._run,
            step_id=step_id,
            attempt=1,
            clock=self._tools.clock,
            secrets=self._secrets,
            sender=self._sender,
            tokens=self._tools.tokens.of(self._run.tenant),
            notifier=self._notifier,
            record_tools=self._tools.records,
        )
        visible = context_at(self._scope.context, self._tools.clock.now())
        return attempt_step(self._plan.steps[step_id], context, visible)

    def _settled(self, attempted: Attempted) -> TrialEvent:
        """Takes an attempt's outcome as a run does; there is no other attempt."""
        now = self._tools.clock.now()
        attempted, step = self._outputs.settle(attempted, (), ONE_ATTEMPT, now, lambda: 0.0)
        requests = [replace(one, run_id=None, event_id=None) for one in attempted.requests]
        self._log(requests)
        shown = self._heed(attempted, step)
        if self._outputs.overflowed:
            self._cut = Verdict(RunStatus.FAILED, error=_TOO_MUCH)
        return step_event(shown, duration=attempted.duration, requests=requests)

    def _heed(self, attempted: Attempted, step: StepRun) -> StepRun:
        """Takes what an outcome means to the whole; gives the step as it is to be shown."""
        self._record(step)
        match attempted.outcome:
            case Succeed(answer=Answer() as answer):
                self._answer = self._answer or answer
            case Halt():
                self._end = Verdict(RunStatus.HALTED, error=step.error, step=step.step_id)
            case Finish(succeeded, message):
                words = attempted.masker.mask_text(message)
                end = RunStatus.SUCCEEDED if succeeded else RunStatus.FAILED
                error = None if succeeded else words
                self._end = Verdict(end, words, error, step.step_id)
            case Retry(after=after):
                policy = self._plan.steps[step.step_id].definition.retry
                return replace(step, error=f"{step.error}{_tries(policy, after)}")
            case Park():
                words = "a run would wait here; to try what follows, pin a result to this step"
                self._end = Verdict(RunStatus.WAITING, error=f"{step.step_id}: {words}")
                return replace(step, status=StepStatus.WAITING, error=words)
            case Defer():
                words = f"{step.error}; a run would wait for that, and go on by itself"
                self._end = Verdict(RunStatus.WAITING, error=f"{step.step_id}: {words}")
                return replace(step, error=words)
        return step

    def _record(self, step: StepRun) -> None:
        # Nobody waits for a detached step in a run, so nobody sees here what it came to.
        shown = step.step_id not in self._plan.graph.detached
        self._scope.record(step, shown=shown)

    def _log(self, requests: list[RequestEntry]) -> None:
        """What was sent was sent: the log says so, without a run."""
        if requests:
            inserts = [self._tools.store.requests.insert(entry) for entry in requests]
            self._tools.store.commit_later(inserts)

    def _natural_verdict(self) -> Verdict:
        verdict = natural_verdict(self._scope.graph, self._scope.entries)
        last = self._scope.entries.get(self._part.last or "")
        if verdict.status is not RunStatus.SUCCEEDED or last is None:
            return verdict
        if last.status is not StepStatus.SKIPPED:
            return verdict
        words = f"the step {last.step_id} was not reached: the steps before it led elsewhere"
        return Verdict(RunStatus.CANCELLED, error=words)

    def _missing(self) -> list[Fault]:
        """The results without which a step cannot be tried alone."""
        [planned] = self._plan.steps.values()
        context = self._scope.context
        absent = [
            Fault(found.path, f"{found.reference.source}: {_NO_RESULT}")
            for found in planned.params.references
            if found.reference.path[0] == "steps"
            and len(found.reference.path) > 1
            and found.reference.path[1] not in context["steps"]
        ]
        try:
            if absent:
                planned.params.resolve(context_at(context, self._tools.clock.now()))
        except ExpressionError:
            return absent
        return []


def _tries(policy: RetryPolicy, asked: Milliseconds | None) -> str:
    """When a run would try again, to stand behind the reason of a failure."""
    wait = policy.delay(1, asked, lambda: 0.0)
    if wait is None:
        return ""
    more = policy.attempts - 2
    others = f", and up to {more} times more" if more else ""
    return f"; a run would try again after {in_words(wait)}{others}"
