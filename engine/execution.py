"""One run in the hands of this process: from what its journal says to an end, or to a wait."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from enum import Enum, auto
from functools import partial

from core.clock import Milliseconds
from core.duration import format_duration
from core.errors import GuardMissed
from core.model import Event, Run, StepRun
from core.outcomes import Answer, Finish, Halt, Succeed
from core.signals import Signal
from core.states import RUN_FAILURES, RunStatus, StepStatus
from core.store import Write
from engine.attempt import Attempted
from engine.attempts import Attempts
from engine.book import Book
from engine.branches import Branches, log_late
from engine.caller import Caller
from engine.context import build_context
from engine.failing import Failure, failure_of, scope_after
from engine.outputs import Outputs
from engine.plan import Plan
from engine.run_end import Verdict, natural_verdict
from engine.scope import Scope
from engine.surrender import Surrender
from engine.tools import Tools
from engine.transitions import ended

logger = logging.getLogger(__name__)


class Standing(Enum):
    """Where an execution stands when it gives its thread back."""

    ENDED = auto()
    PARKED = auto()
    RELEASED = auto()
    """Given back to the queue because the process stops."""
    LOST = auto()
    """Somebody else moved the run; nothing more may be written."""
    ANSWERED = auto()
    """The caller has its answer; the run goes on and needs a thread."""
    HANDED_OVER = auto()
    """The next thing may take longer than the caller waits; the run goes on and needs a thread."""


class Execution:
    """Executes a run that this process holds. One thread at a time calls `advance`."""

    def __init__(
        self,
        tools: Tools,
        run: Run,
        event: Event,
        plan: Plan,
        journal: Sequence[StepRun] = (),
        signals: Sequence[Signal] = (),
    ) -> None:
        self.run = run
        self._tools = tools
        self._plan = plan
        secrets = tools.vault.of(run.tenant)
        self._book = Book(tools, run, journal)
        self._journal = self._book.journal
        self._caller = Caller(tools, run, event, plan, secrets.masker, self._book)
        self._surrender = Surrender(tools, run, self._book)
        self._attempts = Attempts(tools, run, secrets, signals)
        self._outputs = Outputs(journal)
        callbacks = tools.deeds.callback_urls(run, plan.callbacks)
        context = build_context(event, run, (), secrets.values, callbacks)
        self._scope = Scope(plan.regions.main, context, journal)
        self._failure = failure_of(journal)
        if self._failure is not None:
            self._scope = scope_after(self._failure, plan.regions, self._scope, journal)
        self._branches = Branches(tools.submit, self._attempt)
        self._verdict: Verdict | None = None
        self._due_at: Milliseconds | None = None
        self._concluded = False

    @property
    def is_over(self) -> bool:
        """Whether the run's end is decided, and nothing is left to do before it."""
        return self._verdict is not None

    def rests_until(self, moment: Milliseconds) -> bool:
        """Whether the run was parked and nothing of it is due before this moment."""
        return self._due_at is not None and self._due_at >= moment

    def prepare(self) -> None:
        """Takes the first steps of a new run that have no outside effect, before it is stored."""
        self._take_quick_steps()

    def store(self, run: Run, beside: Sequence[Write]) -> Run:
        """Stores a prepared run, at its end if that is decided; the run as it stands.

        `run` is queued, or running in these hands. Raises GuardMissed or StorageUnavailable; then
        nothing is kept, neither of the run nor of the writes beside it.
        """
        verdict = self._verdict
        if verdict is not None:
            now = self._tools.clock.now()
            self._journal.cancel_open(now)
            self._add_consequences(verdict, now)
            run = ended(run, verdict.status, verdict.output, verdict.error, now)
        self._book.open(self._tools.transitions.start(run), beside)
        if verdict is not None:
            self._caller.tell(verdict)
        elif run.status is RunStatus.RUNNING:
            self._tools.hands.take(run.id)
        return run

    def advance(self, until: Milliseconds | None = None) -> Standing:
        """Goes on as far as it can.

        With `until` a caller waits in this very thread: it comes back once there is an answer, and
        before anything that could outlast that moment.
        """
        standing = Standing.LOST
        self._tools.hands.take(self.run.id)
        try:
            standing = self._advance_or_part(until)
        finally:
            if standing not in (Standing.ANSWERED, Standing.HANDED_OVER):
                self._tools.hands.leave(self.run.id)
        return standing

    def _advance_or_part(self, until: Milliseconds | None) -> Standing:
        try:
            return self._advance(until)
        except GuardMissed:
            self._leave_branches()
            return Standing.PARKED if self._surrender.give_back() else Standing.LOST
        except Exception:
            # A fault of ours must end the run in words, not leave it in nobody's hands.
            logger.exception("run %s broke", self.run.id)
            self._leave_branches()
            return Standing.ENDED if self._surrender.break_off() else Standing.LOST

    def _advance(self, until: Milliseconds | None) -> Standing:
        while True:
            starting = self._take_quick_steps()
            if self._verdict is not None:
                return self._finish(self._verdict, until)
            if not starting and not self._branches.in_flight:
                return self._park(until)
            if not self._book.save(until):
                return Standing.HANDED_OVER
            if until is not None and self._book.replied:
                return Standing.ANSWERED
            if self._tools.stopping.is_set() and not self._branches.in_flight:
                return self._release()
            if not self._work(starting, until):
                return Standing.HANDED_OVER

    def _take_quick_steps(self) -> list[str]:
        """Runs every step without an outside effect that is ready; which others can start now."""
        while self._verdict is None:
            scope = self._scope
            ready = scope.progress().ready
            detached = [step for step in ready if self._plan.steps[step].detached]
            quick = [step for step in ready if not self._plan.steps[step].effect]
            for step in detached:
                self._store_for_sending(step)
            for step in quick:
                if self._verdict is None and self._scope is scope:
                    self._settle(self._attempt(step))
            if not quick and not detached:
                verdict = self._verdict_now(bool(ready))
                if verdict is None:
                    return self._startable(ready)
                self._conclude(verdict)
        return []

    def _startable(self, ready: Sequence[str]) -> list[str]:
        due = self._journal.due(self._tools.clock.now())
        told = self._attempts.told(self._journal.waiting())
        starting = dict.fromkeys((*ready, *due, *told))
        return [step for step in starting if step not in self._branches.in_flight]

    def _verdict_now(self, more: bool) -> Verdict | None:
        """The end of what is executed now, None while there is something left to do."""
        if self._tools.clock.now() >= self._deadline:
            return self._too_late()
        if more or self._branches.in_flight or self._journal.waiting():
            return None
        return natural_verdict(self._scope.graph, self._scope.entries)

    @property
    def _deadline(self) -> Milliseconds:
        return self._failure.deadline if self._failure else self.run.deadline

    def _too_late(self) -> Verdict:
        if self._failure is not None:
            return self._failure.too_late()
        limit = format_duration(self._plan.definition.timeout)
        return Verdict(RunStatus.FAILED, error=f"the run took longer than {limit}")

    def _conclude(self, verdict: Verdict) -> None:
        """Takes an end of the steps; those of `on_failure` come before the end of a failed run."""
        if self._failure is not None:
            self._verdict = self._failure.end(verdict)
        elif verdict.status in RUN_FAILURES and self._plan.regions.failure is not None:
            self._fail(Failure(verdict, self._tools.clock.now()))
        else:
            self._verdict = verdict

    def _fail(self, failure: Failure) -> None:
        """Cancels what is open, and goes on with the steps that follow a failure."""
        self._failure = failure
        self._leave_branches()
        self._journal.cancel_open(failure.at)
        self._journal.record(failure.entry)
        self._scope = scope_after(failure, self._plan.regions, self._scope)
        self._caller.expect_failure(failure.verdict)

    def _work(self, starting: Sequence[str], until: Milliseconds | None) -> bool:
        """Makes the attempts that can be made; False when the caller cannot wait for them."""
        if len(starting) == 1 and not self._branches.in_flight:
            if not self._fits(starting[0], until):
                return False
            self._settle(self._attempt(starting[0]))
            return True
        if not self._tools.stopping.is_set():
            self._branches.launch(starting)
        return self._await_attempt(until)

    def _fits(self, step: str, until: Milliseconds | None) -> bool:
        if until is None:
            return True
        planned = self._plan.steps[step]
        return not planned.detached and self._tools.clock.now() + planned.longest <= until

    def _await_attempt(self, until: Milliseconds | None) -> bool:
        """Settles the next attempt that ends; False when `until` comes first."""
        bounds = [self._journal.next_due(self._branches.in_flight), self._deadline, until]
        moment = min(bound for bound in bounds if bound is not None)
        seconds = max(moment - self._tools.clock.now(), 0) / 1000
        attempted = self._branches.next(seconds)
        if attempted is None:
            return until is None or self._tools.clock.now() < until
        self._settle(attempted)
        return True

    def _attempt(self, step_id: str) -> Attempted:
        planned, entry = self._plan.steps[step_id], self._journal.open(step_id)
        return self._attempts.make(planned, entry, self._scope.context)

    def _store_for_sending(self, step_id: str) -> None:
        now = self._tools.clock.now()
        self._record(StepRun(step_id, StepStatus.WAITING, due_at=now))

    def _settle(self, attempted: Attempted) -> None:
        """Takes an attempt's outcome into the journal, the context and the log."""
        now = self._tools.clock.now()
        policy = self._plan.steps[attempted.step_id].definition.retry
        earlier = self._journal.attempts(attempted.step_id)
        attempted, step = self._outputs.settle(attempted, earlier, policy, now, self._tools.chance)
        self._record(step)
        self._book.log(self._tools.store.requests.insert(entry) for entry in attempted.requests)
        self._book.add(attempted.beside)
        self._heed(attempted, step)

    def _record(self, step: StepRun) -> None:
        self._journal.record(step)
        self._scope.record(step)

    def _heed(self, attempted: Attempted, step: StepRun) -> None:
        """Takes from an outcome what concerns the whole run."""
        match attempted.outcome:
            case Succeed(answer=Answer() as answer):
                self._caller.answer(answer)
            case Halt():
                self._conclude(Verdict(RunStatus.HALTED, error=step.error, step=step.step_id))
            case Finish(succeeded, message):
                words = attempted.masker.mask_text(message)
                end = RunStatus.SUCCEEDED if succeeded else RunStatus.FAILED
                error = None if succeeded else words
                self._conclude(Verdict(end, words, error, step.step_id))

    def _finish(self, verdict: Verdict, until: Milliseconds | None) -> Standing:
        now = self._tools.clock.now()
        self._journal.cancel_open(now)
        self._add_consequences(verdict, now)
        move = self._tools.transitions.finish(
            self.run, verdict.status, verdict.output, verdict.error, now
        )
        if not self._book.commit(move, until):
            return Standing.HANDED_OVER
        self._caller.tell(verdict)
        self._leave_branches()
        return Standing.ENDED

    def _add_consequences(self, verdict: Verdict, now: Milliseconds) -> None:
        """What is committed with the end; worked out once, however often that is tried."""
        if not self._concluded:
            self._concluded = True
            endings = self._tools.endings
            self._book.add(endings.of(self.run, verdict.status, verdict.output, verdict.error, now))

    def _park(self, until: Milliseconds | None) -> Standing:
        times = [moment for moment in (self._journal.next_due(), self._deadline) if moment]
        due_at = min(times)
        now = self._tools.clock.now()
        if not self._book.commit(self._tools.transitions.park(self.run, due_at, now), until):
            return Standing.HANDED_OVER
        self._due_at = due_at
        return Standing.PARKED

    def _release(self) -> Standing:
        move = self._tools.transitions.release(self.run, self._tools.clock.now())
        self._book.commit(move, None)
        return Standing.RELEASED

    def _leave_branches(self) -> None:
        """What is under way no longer counts; what it sends is logged all the same."""
        self._branches.abandon()
        if self._branches.in_flight:
            self._tools.submit(partial(log_late, self._tools.store, self._branches))
        self._branches = Branches(self._tools.submit, self._attempt)
