"""One trial: the run of a draft in memory, with the engine's own rules and nobody else's eyes."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace

from core.errors import ExpressionError, Fault
from core.model import Event, Run, StepRun
from core.outcomes import Answer, Defer, Park, Succeed
from core.states import RUN_FAILURES, RunStatus, StepStatus
from engine.context import Context, build_context, context_at
from engine.course import verdict_of
from engine.failing import Failure, context_after
from engine.flow.entries import Entries
from engine.flow.flow import Flow
from engine.graph import FAILURE, TRIGGER
from engine.outputs import MOST_BYTES, Outputs
from engine.run_end import Verdict, natural_verdict
from engine.trying.first_items import in_first_items
from engine.trying.sights import CALLBACK_SHOWN
from engine.trying.trial_attempts import TrialAttempts, TrialTools, Tried
from engine.trying.trial_events import TrialEvent, ended, refused, running, started, step_event
from engine.trying.trial_input import tried_failure
from engine.trying.trial_plan import Part, TrialPlan
from engine.vault import TenantSecrets

_TOO_LONG = "a trial takes at most 5 minutes; what was left was not tried"
_TOO_MUCH = (
    f"the outputs of a trial are {MOST_BYTES >> 20} MiB at most, all together; "
    "what was left was not tried"
)
_NO_RESULT = "that step has no result yet; try it first, or pin a result to it"
_STOPPING = "the server is being stopped; what was left was not tried"


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
        self._outputs = Outputs()
        self._attempts = TrialAttempts(tools, run, secrets, self._outputs, part.items)
        self._answer: Answer | None = None
        self._end: Verdict | None = None
        self._cut: Verdict | None = None
        self._seen: set[str] = set()
        self._ends: list[StepRun] = []
        self._notes: dict[str, str] = {}
        before = [step for step_id, step in given.items() if step_id in planned.earlier]
        context = build_context(event, run, before, secrets.values)
        self._owner = TRIGGER
        self._flow = self._flow_of(TRIGGER, in_first_items(context, planned.around))
        if self._is_of_failure:
            self._follow(tried_failure(run))

    @property
    def _is_of_failure(self) -> bool:
        """Whether nothing but steps that follow a failure are tried."""
        return self._plan.regions.failure is not None and not self._plan.regions.main.steps

    def events(self) -> Iterator[TrialEvent]:
        """Executes while it is read: whoever stops reading ends the trial before the next step."""
        if self._part.alone and (faults := self._missing()):
            yield refused("results that the step needs are missing", faults)
            return
        yield started(self._plan.graph.steps)
        verdict = yield from self._execute()
        if self._plan.regions.failure and not self._is_of_failure:
            verdict = yield from self._report(verdict)
        duration = max(self._tools.clock.now() - self._run.created_at, 0)
        yield ended(self._cut or verdict, self._answer, self._secrets.masker, duration)

    def _report(self, verdict: Verdict) -> Generator[TrialEvent, None, Verdict]:
        """The steps of `on_failure`, where the others came to a failure; the end of the whole."""
        if self._cut or verdict.status not in RUN_FAILURES:
            left = StepStatus.CANCELLED if self._cut else StepStatus.SKIPPED
            yield from self._left(FAILURE, left)
            return verdict
        failure = Failure(verdict, self._tools.clock.now())
        self._follow(failure)
        return failure.end((yield from self._execute()))

    def _flow_of(self, owner: str, context: Context) -> Flow:
        entries = Entries(self._plan.regions)
        clock = self._tools.clock
        return Flow(self._plan, owner, context, entries, self._keep, _address_of, clock)

    def _follow(self, failure: Failure) -> None:
        """Goes on with the steps that follow a failure."""
        self._flow = self._flow_of(FAILURE, context_after(failure, self._flow.top.context))
        self._owner, self._end = FAILURE, None

    def _execute(self) -> Generator[TrialEvent, None, Verdict]:
        """Takes the steps of the flow as far as they go; how that ends."""
        while not self._is_over():
            ready = self._flow.go_on()
            yield from self._told_ends()
            if not ready:
                break
            for key, step_id in ready.items():
                yield from self._take(key, step_id)
        verdict = self._cut or self._end or self._natural_verdict()
        ended_early = self._cut or self._end
        left = StepStatus.CANCELLED if ended_early else StepStatus.SKIPPED
        yield from self._left(self._owner, left)
        return verdict

    def _left(self, owner: str, left: StepStatus) -> Iterator[TrialEvent]:
        """What has become of an owner's steps that were not taken."""
        dead = () if self._cut else self._flow.top.progress().dead
        for step_id in self._plan.graph.steps:
            follows = self._plan.regions.follows_failure(step_id)
            if follows == (owner == FAILURE) and step_id not in self._seen:
                yield step_event(StepRun(step_id, StepStatus.SKIPPED if step_id in dead else left))

    def _take(self, key: str, step_id: str) -> Iterator[TrialEvent]:
        """One step: its given result, or an attempt, unless the trial is over."""
        if self._is_over():
            return
        self._seen.add(step_id)
        given = self._given.get(step_id)
        if given is not None:
            pinned = replace(given, step_id=key)
            self._flow.record(pinned, shown=self._is_shown(step_id))
            yield step_event(pinned, pinned=True)
            return
        yield running(key, self._tools.clock.now())
        context = self._flow.scope_of(key).context
        tried = self._attempts.make(key, self._plan.steps[step_id], context)
        self._flow.record(tried.entry, shown=self._is_shown(step_id))
        self._heed(tried)
        yield step_event(tried.shown, duration=tried.attempted.duration, requests=tried.requests)

    def _is_shown(self, step_id: str) -> bool:
        """Nobody waits for a detached step in a run, so nobody sees here what it came to."""
        return step_id not in self._plan.graph.detached

    def _heed(self, tried: Tried) -> None:
        """Takes what an outcome means to the whole."""
        outcome, key = tried.attempted.outcome, tried.entry.step_id
        if isinstance(outcome, Succeed):
            self._answer = self._answer or outcome.answer
        if isinstance(outcome, Park | Defer):
            self._end = Verdict(RunStatus.WAITING, error=f"{key}: {tried.shown.error}")
        if tried.left_out:
            taken = len(tried.entry.output["items"])
            total = taken + tried.left_out
            self._notes[key] = f"only the first {taken} of {total} items were tried"
        self._end = verdict_of(tried.attempted, tried.entry) or self._end
        self._note_overflow()

    def _keep(self, entry: StepRun) -> StepRun:
        """Takes the end of an item or of a loop."""
        masked = replace(entry, output=self._secrets.masker.mask_json(entry.output))
        kept = self._outputs.admit(masked)
        self._note_overflow()
        if kept.port is not None:
            self._ends.append(kept)
        return kept

    def _note_overflow(self) -> None:
        if self._outputs.overflowed:
            self._cut = Verdict(RunStatus.FAILED, error=_TOO_MUCH)

    def _told_ends(self) -> Iterator[TrialEvent]:
        """The loops that have ended meanwhile."""
        while self._ends:
            end = self._ends.pop(0)
            yield step_event(end, note=self._notes.get(end.step_id))

    def _is_over(self) -> bool:
        """Whether nothing more is to be taken; notes it where the trial has to be cut off."""
        if self._tools.stopping.is_set():
            self._cut = self._cut or Verdict(RunStatus.CANCELLED, error=_STOPPING)
        elif self._tools.clock.now() >= self._run.deadline:
            self._cut = self._cut or Verdict(RunStatus.FAILED, error=_TOO_LONG)
        return self._cut is not None or self._end is not None

    def _natural_verdict(self) -> Verdict:
        verdict = natural_verdict(self._flow.top.graph, self._flow.top.entries)
        last = self._part.last
        if verdict.status is not RunStatus.SUCCEEDED or last is None or last in self._seen:
            return verdict
        words = f"the step {last} was not reached: the steps before it led elsewhere"
        return Verdict(RunStatus.CANCELLED, error=words)

    def _missing(self) -> list[Fault]:
        """The results without which a step cannot be tried alone."""
        planned = self._plan.steps[self._part.last or ""]
        context = self._flow.top.context
        absent = [
            Fault(found.path, f"{found.reference.source}: {_NO_RESULT}")
            for found in planned.params.references
            if found.reference.path[0] == "steps"
            and not found.inside
            and len(found.reference.path) > 1
            and found.reference.path[1] not in context["steps"]
        ]
        try:
            if absent:
                planned.params.resolve(context_at(context, self._tools.clock.now()))
        except ExpressionError:
            return absent
        return []


def _address_of(_key: str) -> str:
    return CALLBACK_SHOWN
