"""One run in the hands of this process: from what its journal says to an end, or to a wait."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from enum import Enum, auto
from functools import partial

from core import log_context
from core.clock import Milliseconds
from core.errors import GuardMissed
from core.model import Event, Run, StepRun
from core.outcomes import Succeed
from core.signals import Signal
from core.states import RunStatus
from core.writes import Write
from engine.attempt import Attempted
from engine.attempts import Attempts
from engine.book import Book
from engine.branches import Attempt, Branches, log_late
from engine.caller import Caller
from engine.context import build_context
from engine.course import Course, verdict_of
from engine.departure import Departure
from engine.lease import Term
from engine.plan import Plan, PlannedStep
from engine.run_end import Verdict
from engine.run_signals import is_waiting
from engine.tools import Tools

LONG_REST: Milliseconds = 2_000
"""Whoever brings what is due looks by themselves within this time, and need not be told."""

logger = logging.getLogger(__name__)


class Standing(Enum):
    """Where an execution stands when it gives its thread back."""

    ENDED = auto()
    PARKED = auto()
    """Waits for something, and may be due soon."""
    RESTING = auto()
    """Waits for something, and is due in LONG_REST at the earliest, unless it is called."""
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

    step_id = None
    """The log's lines that an execution writes tell of no single step (`core.log_context`)."""

    def __init__(
        self,
        tools: Tools,
        run: Run,
        event: Event,
        plan: Plan,
        journal: Sequence[StepRun] = (),
        signals: Sequence[Signal] = (),
        term: Term | None = None,
    ) -> None:
        self.run = run
        self._tools = tools
        secrets = tools.vault.for_run(run, plan.step_secrets)
        trace = tools.traces.of(run, event)
        self.masker = secrets.masker
        self.trace_id = None if trace is None else trace.trace_id
        self._book = Book(tools, run, journal, term)
        self._journal = self._book.journal
        self._caller = Caller(tools, run, event, plan, self.masker, self._book)
        self._departure = Departure(tools, run, self._book, self._caller, trace)
        self._attempts = Attempts(tools, run, secrets, signals, journal, trace)
        context = build_context(event, run, (), secrets.values)
        self._course = Course(tools, run, plan, context, self.masker, self._journal, journal, trace)
        self._branches = Branches(tools.submit)
        self._due_at: Milliseconds | None = None

    @property
    def is_over(self) -> bool:
        """Whether the run's end is decided, and nothing is left to do before it."""
        return self._course.verdict is not None

    def rests_until(self, moment: Milliseconds) -> bool:
        """Whether the run was parked and nothing can make it go on before this moment."""
        return self._due_at is not None and self._due_at >= moment and not self._hears

    def prepare(self) -> None:
        """Takes the first steps of a new run that have no outside effect, before it is stored."""
        self._take_quick_steps()

    def store(self, run: Run, beside: Sequence[Write]) -> Run:
        """Stores a prepared run, at its end if that is decided; the run as it stands.

        `run` is queued, or running in these hands. Raises GuardMissed or StorageUnavailable; then
        nothing is kept, neither of the run nor of the writes beside it.
        """
        stored = self._departure.store(run, self._course.verdict, beside)
        if self._course.verdict is None and run.status is RunStatus.RUNNING:
            self._tools.hands.take(run.id)
        return stored

    def advance(self, until: Milliseconds | None = None) -> Standing:
        """Goes on as far as it can.

        With `until` a caller waits in this very thread: it comes back once there is an answer, and
        before anything that could outlast that moment.
        """
        standing = Standing.LOST
        told_of = log_context.SUBJECT.set(self)
        self._tools.hands.take(self.run.id)
        try:
            standing = self._advance_or_part(until)
        finally:
            log_context.SUBJECT.reset(told_of)
            if standing not in (Standing.ANSWERED, Standing.HANDED_OVER):
                self._tools.hands.leave(self.run.id)
        return standing

    def _advance_or_part(self, until: Milliseconds | None) -> Standing:
        try:
            return self._advance(until)
        except GuardMissed:
            self._leave_branches()
            return Standing.PARKED if self._departure.give_back() else Standing.LOST
        except Exception:
            # A fault of ours must end the run in words, not leave it in nobody's hands.
            logger.exception("run %s broke", self.run.id)
            self._leave_branches()
            return Standing.ENDED if self._departure.break_off() else Standing.LOST

    def _advance(self, until: Milliseconds | None) -> Standing:
        while True:
            more = self._take_quick_steps()
            if self._course.verdict is not None:
                return self._finish(self._course.verdict, until)
            starting = self._startable()
            if not more and not starting and not self._branches.in_flight:
                return self._park(until)
            if not self._book.save(until):
                return Standing.HANDED_OVER
            if until is not None and self._book.replied:
                return Standing.ANSWERED
            if self._tools.stopping.is_set() and not self._branches.in_flight:
                return self._release()
            if not (self._is_in_time(until) if more else self._work(starting, until)):
                return Standing.HANDED_OVER

    def _take_quick_steps(self) -> bool:
        """Runs steps without an outside effect that are ready; False when there is none left.

        At most as many as one commit should carry are run.
        """
        while self._course.verdict is None and not self._journal.is_full:
            if (end := self._course.end_now()) is not None:
                self._conclude(end)
                continue
            ready = self._course.ready()
            quick = {key: planned for key, planned in ready.items() if planned.is_quick}
            if not quick:
                return False
            for key, planned in quick.items():
                if self._journal.is_full or not self._take(key, planned):
                    break
        return self._course.verdict is None

    def _take(self, key: str, planned: PlannedStep) -> bool:
        """Takes a quick step; False when it was the end of what is executed now."""
        if not planned.detached:
            return self._settle(self._attempt(key)())
        self._course.store_for_sending(key)
        return True

    def _startable(self) -> list[str]:
        """The steps of which an attempt can be made that is not under way."""
        due = self._journal.due(self._tools.clock.now())
        told = self._attempts.told(self._journal.waiting())
        starting = dict.fromkeys((*self._course.ready(), *due, *told))
        return [key for key in starting if key not in self._branches.in_flight]

    @property
    def _hears(self) -> bool:
        """Whether a step waits that may be told something at any time."""
        waiting = filter(is_waiting, self._journal.waiting())
        return any(self._course.planned(entry.step_id).hears for entry in waiting)

    def _work(self, starting: Sequence[str], until: Milliseconds | None) -> bool:
        """Makes the attempts that can be made; False when the caller cannot wait for them."""
        if len(starting) == 1 and not self._branches.in_flight:
            if not self._fits(starting[0], until):
                return False
            self._settle(self._attempt(starting[0], placed=until is None)())
            return True
        if not self._tools.stopping.is_set():
            for key in starting:
                self._branches.launch(key, self._attempt(key))
        return self._await_attempts(until)

    def _fits(self, step: str, until: Milliseconds | None) -> bool:
        if until is None:
            return True
        planned = self._course.planned(step)
        return not planned.detached and self._tools.clock.now() + planned.longest <= until

    def _await_attempts(self, until: Milliseconds | None) -> bool:
        """Settles the next attempt that ends, and what has ended by then; False at `until`."""
        bounds = [self._journal.next_due(self._branches.in_flight), self._course.deadline, until]
        moment = min(bound for bound in bounds if bound is not None)
        seconds = max(moment - self._tools.clock.now(), 0) / 1000
        attempted = self._branches.next(seconds)
        if attempted is None:
            return self._is_in_time(until)
        while attempted is not None and self._settle(attempted):
            attempted = self._branches.next(0)
        return True

    def _is_in_time(self, until: Milliseconds | None) -> bool:
        return until is None or self._tools.clock.now() < until

    def _attempt(self, key: str, *, placed: bool = True) -> Attempt:
        """An attempt of a step, with what it sees at this moment."""
        planned, context = self._course.planned(key), self._course.context(key)
        entry = self._journal.open(key)
        return partial(self._attempts.make, key, planned, entry, context, placed=placed)

    def _settle(self, attempted: Attempted) -> bool:
        """Takes an attempt's outcome in; False when it was the end of what is executed now."""
        attempted, step = self._course.settle(attempted)
        self._book.log(self._tools.store.requests.insert(entry) for entry in attempted.requests)
        self._book.add(attempted.beside)
        if isinstance(attempted.outcome, Succeed) and attempted.outcome.answer is not None:
            self._caller.answer(attempted.outcome.answer)
        end = verdict_of(attempted, step)
        if end is not None:
            self._conclude(end)
        return end is None

    def _conclude(self, end: Verdict) -> None:
        """Takes an end; where steps follow a failure, the caller does not wait for them."""
        if self._course.conclude(end):
            self._leave_branches()
            self._caller.expect_failure(end)

    def _finish(self, verdict: Verdict, until: Milliseconds | None) -> Standing:
        if not self._departure.finish(verdict, until):
            return Standing.HANDED_OVER
        self._leave_branches()
        return Standing.ENDED

    def _park(self, until: Milliseconds | None) -> Standing:
        deadline = self._course.deadline
        due_at = min(self._journal.next_due() or deadline, deadline)
        if not self._departure.park(due_at, until):
            return Standing.HANDED_OVER
        self._due_at = due_at
        rests = due_at - self._tools.clock.now() >= LONG_REST
        return Standing.RESTING if rests else Standing.PARKED

    def _release(self) -> Standing:
        self._departure.release()
        return Standing.RELEASED

    def _leave_branches(self) -> None:
        """What is under way no longer counts; what it sends is logged all the same."""
        self._branches.abandon()
        if self._branches.in_flight:
            self._tools.submit(partial(log_late, self._tools.store, self._branches))
        self._branches = Branches(self._tools.submit)
