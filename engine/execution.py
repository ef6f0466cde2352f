"""One run in the hands of this process: from what its journal says to an end, or to a wait."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from enum import Enum, auto

from core.clock import Milliseconds, to_rfc3339
from core.duration import format_duration
from core.errors import GuardMissed, StorageUnavailable
from core.model import Event, Run, StepRun
from core.outcomes import Answer, Finish, Halt, Succeed
from core.signals import Signal
from core.states import RunStatus, StepStatus
from core.store import Write
from engine.answers import Ended
from engine.attempt import AttemptContext, Attempted, attempt_step
from engine.book import Book
from engine.branches import Branches
from engine.context import build_context, has_output, visible_output
from engine.graph import progress
from engine.inbox import Inbox
from engine.outputs import Outputs
from engine.patience import commit_patiently
from engine.plan import Plan
from engine.run_end import Verdict, natural_verdict
from engine.settlement import next_number
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
        self._event = event
        self._plan = plan
        self._book = Book(tools, run, journal)
        self._journal = self._book.journal
        self._secrets = tools.vault.of(run.tenant)
        self._context = build_context(event, run, journal, self._secrets.values)
        self._outputs = Outputs(journal)
        self._inbox = Inbox(signals)
        self._verdict: Verdict | None = None
        self._due_at: Milliseconds | None = None
        self._concluded = False
        self._branches = Branches(tools.submit, self._attempt)

    @property
    def is_over(self) -> bool:
        """Whether the run's end is decided."""
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
            self._tell_end(verdict)
        return run

    def advance(self, until: Milliseconds | None = None) -> Standing:
        """Goes on as far as it can.

        With `until` a caller waits in this very thread: it comes back once there is an answer, and
        before anything that could outlast that moment.
        """
        try:
            return self._advance(until)
        except GuardMissed:
            return self._let_go()
        except Exception:
            # A fault of ours must end the run in words, not leave it in nobody's hands.
            logger.exception("run %s broke", self.run.id)
            return self._break_off()

    def _advance(self, until: Milliseconds | None) -> Standing:
        while True:
            starting = self._take_quick_steps()
            if self._verdict is not None:
                return self._finish(self._verdict, until)
            if not starting and not self._branches.in_flight:
                return self._park(until)
            if not self._book.save(until):
                return Standing.HANDED_OVER
            if until is not None and self._book.answered:
                return Standing.ANSWERED
            if self._tools.stopping.is_set() and not self._branches.in_flight:
                return self._release()
            if not self._work(starting, until):
                return Standing.HANDED_OVER

    def _take_quick_steps(self) -> list[str]:
        """Runs every step without an outside effect that is ready; which others can start now."""
        while self._verdict is None:
            ready = progress(self._plan.graph, self._journal.steps).ready
            detached = [step for step in ready if self._plan.steps[step].detached]
            quick = [step for step in ready if not self._plan.steps[step].effect]
            for step in detached:
                self._store_for_sending(step)
            for step in quick:
                if self._verdict is None:
                    self._settle(self._attempt(step))
            if not quick and not detached:
                return self._startable(ready)
        return []

    def _startable(self, ready: Sequence[str]) -> list[str]:
        now = self._tools.clock.now()
        self._verdict = self._verdict_now(now, bool(ready))
        due = dict.fromkeys((*ready, *self._journal.due(now), *self._told()))
        return [step for step in due if step not in self._branches.in_flight]

    def _told(self) -> list[str]:
        """The waiting steps that were told something which they have not heard yet."""
        return [step.step_id for step in self._journal.waiting() if self._inbox.has(step.step_id)]

    def _verdict_now(self, now: Milliseconds, more: bool) -> Verdict | None:
        if now >= self.run.deadline:
            limit = format_duration(self._plan.definition.timeout)
            return Verdict(RunStatus.FAILED, error=f"the run took longer than {limit}")
        if more or self._branches.in_flight or self._journal.waiting():
            return None
        return natural_verdict(self._plan, self._journal.steps)

    def _work(self, starting: Sequence[str], until: Milliseconds | None) -> bool:
        """Makes the attempts that can be made; False when the caller cannot wait for them."""
        if len(starting) == 1 and not self._branches.in_flight:
            if not self._fits(starting[0], until):
                return False
            self._settle(self._attempt(starting[0], placed=until is None))
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
        bounds = [self._journal.next_due(self._branches.in_flight), self.run.deadline, until]
        moment = min(bound for bound in bounds if bound is not None)
        seconds = max(moment - self._tools.clock.now(), 0) / 1000
        attempted = self._branches.next(seconds)
        if attempted is None:
            return until is None or self._tools.clock.now() < until
        self._settle(attempted)
        return True

    def _attempt(self, step_id: str, *, placed: bool = True) -> Attempted:
        context = AttemptContext(
            run=self.run,
            step_id=step_id,
            attempt=next_number(self._journal.attempts(step_id)),
            clock=self._tools.clock,
            secrets=self._secrets,
            sender=self._tools.sender,
            announcer=self._tools.announcer,
            waiting=self._inbox.waiting(self._journal.steps.get(step_id)),
            tokens=self._tools.tokens.of(self.run.tenant),
            placed=placed,
        )
        now = to_rfc3339(self._tools.clock.now())
        visible = {**self._context, "run": {**self._context["run"], "now": now}}
        return attempt_step(self._plan.steps[step_id], context, visible)

    def _store_for_sending(self, step_id: str) -> None:
        now = self._tools.clock.now()
        self._journal.record(StepRun(step_id, StepStatus.WAITING, due_at=now))

    def _settle(self, attempted: Attempted) -> None:
        """Takes an attempt's outcome into the journal, the context and the log."""
        now = self._tools.clock.now()
        planned = self._plan.steps[attempted.step_id]
        earlier = self._journal.attempts(attempted.step_id)
        attempted, step = self._outputs.settle(
            attempted, earlier, planned.definition.retry, now, self._tools.chance
        )
        self._journal.record(step)
        if has_output(step):
            # A new mapping each time: branches in flight may be reading the old one.
            steps = self._context["steps"]
            self._context["steps"] = {**steps, step.step_id: visible_output(step)}
        self._book.log(self._tools.store.requests.insert(entry) for entry in attempted.requests)
        self._book.add(attempted.beside)
        self._heed(attempted, step)

    def _heed(self, attempted: Attempted, step: StepRun) -> None:
        """Takes from an outcome what concerns the whole run."""
        match attempted.outcome:
            case Succeed(answer=Answer() as answer) if self._awaits_answer():
                self._book.answer(answer, self._answer_entry(answer))
            case Halt():
                self._verdict = Verdict(RunStatus.HALTED, error=step.error)
            case Finish(succeeded, message):
                words = attempted.masker.mask_text(message)
                end = RunStatus.SUCCEEDED if succeeded else RunStatus.FAILED
                self._verdict = Verdict(end, output=words, error=None if succeeded else words)

    def _awaits_answer(self) -> bool:
        webhook = self._plan.webhook
        waits = self.run.awaited and webhook is not None and webhook.respond == "step"
        return waits and not self._book.has_answer

    def _answer_entry(self, answer: Answer) -> Write:
        headers = dict(self._secrets.masker.mask_headers(answer.headers))
        body = self._secrets.masker.mask_bytes(answer.body)
        duration = self._tools.clock.now() - self._event.received_at
        return self._tools.store.requests.answer(
            self.run.tenant, self._event.id, answer.status, headers, body, duration
        )

    def _finish(self, verdict: Verdict, until: Milliseconds | None) -> Standing:
        now = self._tools.clock.now()
        self._journal.cancel_open(now)
        self._add_consequences(verdict, now)
        move = self._tools.transitions.finish(
            self.run, verdict.status, verdict.output, verdict.error, now
        )
        if not self._book.commit(move, until):
            return Standing.HANDED_OVER
        self._tell_end(verdict)
        self._keep_log()
        return Standing.ENDED

    def _add_consequences(self, verdict: Verdict, now: Milliseconds) -> None:
        """What is committed with the end; worked out once, however often that is tried."""
        if not self._concluded:
            self._concluded = True
            endings = self._tools.endings
            self._book.add(endings.of(self.run, verdict.status, verdict.output, verdict.error, now))

    def _tell_end(self, verdict: Verdict) -> None:
        end = Ended(verdict.status, verdict.output, verdict.error)
        self._tools.answers.give(self.run.id, end)

    def _break_off(self) -> Standing:
        reason = "an internal error; the server's log has the details"
        now = self._tools.clock.now()
        move = self._tools.transitions.finish(self.run, RunStatus.FAILED, None, reason, now)
        endings = self._tools.endings.of(self.run, RunStatus.FAILED, None, reason, now)
        writes = [move, *endings]
        try:
            if not commit_patiently(self._tools.store, writes, self._tools.stopping, self.run.id):
                return Standing.LOST
        except GuardMissed:
            return Standing.LOST
        self._tools.endings.committed()
        self._tell_end(Verdict(RunStatus.FAILED, error=reason))
        self._keep_log()
        return Standing.ENDED

    def _let_go(self) -> Standing:
        """Writes nothing more; a run that is ours after all is given back.

        That is so when a commit was made and only the word of it was lost: tried again, it finds
        its own rows in the way. Everyone else finds that the run is not theirs to give back.
        """
        self._keep_log()
        move = self._tools.transitions.release(self.run, self._tools.clock.now())
        try:
            self._tools.store.commit([move])
        except (GuardMissed, StorageUnavailable):
            return Standing.LOST
        return Standing.PARKED

    def _park(self, until: Milliseconds | None) -> Standing:
        times = [moment for moment in (self._journal.next_due(), self.run.deadline) if moment]
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

    def _keep_log(self) -> None:
        """Logs what was sent although the run is no longer ours, or has ended meanwhile."""
        self._book.keep_log()
        self._branches.abandon()
        if self._branches.in_flight:
            self._tools.submit(self._log_late_attempts)

    def _log_late_attempts(self) -> None:
        for attempted in self._branches.late():
            self._book.log(self._tools.store.requests.insert(one) for one in attempted.requests)
        self._book.keep_log()
