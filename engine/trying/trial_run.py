"""One trial: the run of a draft in memory, with the engine's own rules and nobody else's eyes."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from core.clock import Clock, Milliseconds, to_rfc3339
from core.errors import ExpressionError, Fault
from core.http import OutboundRequest, SendResult
from core.model import Event, RequestEntry, Run, StepRun
from core.outcomes import Answer, Defer, Finish, Halt, Park, Retry, Succeed
from core.states import RunStatus, StepStatus
from core.store import Store
from engine.attempt import AttemptContext, Attempted, attempt_step
from engine.care.sender import Caller, CaringSender
from engine.context import build_context, visible_output
from engine.drafts.effects import in_words
from engine.graph import progress
from engine.outputs import MOST_BYTES, Outputs
from engine.retry import RetryPolicy
from engine.run_end import Verdict, natural_verdict
from engine.tokens import TokenCache
from engine.trying.trial_events import TrialEvent, ended, refused, running, started, step_event
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
    """What a trial works with."""

    store: Store
    sender: CaringSender
    clock: Clock
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
        self._sender = _TimedSender(tools.sender, tools.clock, run.deadline)
        self._journal: dict[str, StepRun] = {}
        self._outputs = Outputs()
        self._verdict: Verdict | None = None
        self._answer: Answer | None = None
        before = [step for step_id, step in given.items() if step_id in planned.earlier]
        self._context = build_context(event, run, before, secrets.values)

    def events(self) -> Iterator[TrialEvent]:
        """Executes while it is read: whoever stops reading ends the trial before the next step."""
        if self._part.alone and (faults := self._missing()):
            yield refused("results that the step needs are missing", faults)
            return
        yield started(self._plan.graph.steps)
        while self._verdict is None:
            coming = progress(self._plan.graph, self._journal)
            for step_id in coming.dead:
                self._journal[step_id] = StepRun(step_id, StepStatus.SKIPPED)
                yield step_event(self._journal[step_id])
            if not coming.ready:
                break
            for step_id in coming.ready:
                yield from self._take(step_id)
        yield from self._end()

    def _take(self, step_id: str) -> Iterator[TrialEvent]:
        """One step: its given result, or an attempt, unless the trial is over."""
        self._verdict = self._verdict or self._cut_off()
        if self._verdict is not None:
            return
        given = self._given.get(step_id)
        if given is not None:
            self._record(given)
            yield step_event(given, pinned=True)
            return
        yield running(step_id, self._tools.clock.now())
        yield self._settled(self._attempt(step_id))

    def _cut_off(self) -> Verdict | None:
        if self._tools.stopping.is_set():
            return Verdict(RunStatus.CANCELLED, error=_STOPPING)
        if self._tools.clock.now() >= self._run.deadline:
            return Verdict(RunStatus.FAILED, error=_TOO_LONG)
        return None

    def _attempt(self, step_id: str) -> Attempted:
        context = AttemptContext(
            run=self._run,
            step_id=step_id,
            attempt=1,
            clock=self._tools.clock,
            secrets=self._secrets,
            sender=self._sender,
            tokens=self._tools.tokens.of(self._run.tenant),
        )
        return attempt_step(self._plan.steps[step_id], context, self._visible())

    def _visible(self) -> Mapping[str, object]:
        now = to_rfc3339(self._tools.clock.now())
        return {**self._context, "run": {**self._context["run"], "now": now}}

    def _settled(self, attempted: Attempted) -> TrialEvent:
        """Takes an attempt's outcome as a run does; there is no other attempt."""
        now = self._tools.clock.now()
        attempted, step = self._outputs.settle(attempted, (), ONE_ATTEMPT, now, lambda: 0.0)
        requests = [replace(one, run_id=None, event_id=None) for one in attempted.requests]
        self._log(requests)
        shown = self._heed(attempted, step)
        if self._outputs.overflowed:
            self._verdict = Verdict(RunStatus.FAILED, error=_TOO_MUCH)
        return step_event(shown, duration=attempted.duration, requests=requests)

    def _heed(self, attempted: Attempted, step: StepRun) -> StepRun:
        """Takes what an outcome means to the whole; gives the step as it is to be shown."""
        self._record(step)
        match attempted.outcome:
            case Succeed(answer=Answer() as answer):
                self._answer = self._answer or answer
            case Halt():
                self._verdict = Verdict(RunStatus.HALTED, error=step.error)
            case Finish(succeeded, message):
                words = attempted.masker.mask_text(message)
                end = RunStatus.SUCCEEDED if succeeded else RunStatus.FAILED
                self._verdict = Verdict(end, output=words, error=None if succeeded else words)
            case Retry(after=after):
                policy = self._plan.steps[step.step_id].definition.retry
                return replace(step, error=f"{step.error}{_tries(policy, after)}")
            case Park():
                words = "a run would wait here; to try what follows, pin a result to this step"
                self._verdict = Verdict(RunStatus.WAITING, error=f"{step.step_id}: {words}")
                return replace(step, status=StepStatus.WAITING, error=words)
            case Defer():
                words = f"{step.error}; a run would wait for that, and go on by itself"
                self._verdict = Verdict(RunStatus.WAITING, error=f"{step.step_id}: {words}")
                return replace(step, error=words)
        return step

    def _record(self, step: StepRun) -> None:
        self._journal[step.step_id] = step
        if step.step_id not in self._plan.graph.detached:
            self._context["steps"] = {
                **self._context["steps"],
                step.step_id: visible_output(step),
            }

    def _log(self, requests: list[RequestEntry]) -> None:
        """What was sent was sent: the log says so, without a run."""
        if requests:
            inserts = [self._tools.store.requests.insert(entry) for entry in requests]
            self._tools.store.commit_later(inserts)

    def _end(self) -> Iterator[TrialEvent]:
        for step_id in self._plan.graph.steps:
            if step_id not in self._journal:
                yield step_event(StepRun(step_id, StepStatus.CANCELLED))
        verdict = self._verdict or self._natural_verdict()
        duration = max(self._tools.clock.now() - self._run.created_at, 0)
        yield ended(verdict, self._answer, self._secrets.masker, duration)

    def _natural_verdict(self) -> Verdict:
        verdict = natural_verdict(self._plan, self._journal)
        last = self._journal.get(self._part.last or "")
        if verdict.status is not RunStatus.SUCCEEDED or last is None:
            return verdict
        if last.status is not StepStatus.SKIPPED:
            return verdict
        words = f"the step {last.step_id} was not reached: the steps before it led elsewhere"
        return Verdict(RunStatus.CANCELLED, error=words)

    def _missing(self) -> list[Fault]:
        """The results without which a step cannot be tried alone."""
        [planned] = self._plan.steps.values()
        absent = [
            Fault(found.path, f"{found.reference.source}: {_NO_RESULT}")
            for found in planned.params.references
            if found.reference.path[0] == "steps"
            and len(found.reference.path) > 1
            and found.reference.path[1] not in self._context["steps"]
        ]
        try:
            if absent:
                planned.params.resolve(self._visible())
        except ExpressionError:
            return absent
        return []


class _TimedSender:
    """Sends with what is left of the trial's time at most (`engine.care.sender.CaringSender`)."""

    def __init__(self, sender: CaringSender, clock: Clock, deadline: Milliseconds) -> None:
        self._sender = sender
        self._clock = clock
        self._deadline = deadline

    def send(self, request: OutboundRequest, caller: Caller, shown_url: str) -> SendResult:
        """Sends once."""
        left = max(self._deadline - self._clock.now(), 1)
        timed = replace(request, timeout=min(request.timeout, left))
        return self._sender.send(timed, caller, shown_url)


def _tries(policy: RetryPolicy, asked: Milliseconds | None) -> str:
    """When a run would try again, to stand behind the reason of a failure."""
    wait = policy.delay(1, asked, lambda: 0.0)
    if wait is None:
        return ""
    more = policy.attempts - 2
    others = f", and up to {more} times more" if more else ""
    return f"; a run would try again after {in_words(wait)}{others}"
