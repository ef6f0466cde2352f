"""Makes executions: of a run that was just accepted, or of one that was claimed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial

from core import log_context
from core.errors import GuardMissed, InvalidError, NotFoundError, PenstockError, StorageUnavailable
from core.model import Event, Run, StepRun
from core.states import RunStatus
from engine.answers import Ended
from engine.ended_traces import trace_end
from engine.execution import Execution, Standing
from engine.lease import Term
from engine.patience import patiently
from engine.plan import Plan
from engine.tools import Tools

logger = logging.getLogger(__name__)


class Executor:
    """Executes runs with the tools of this process."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools

    def begin(
        self, run: Run, event: Event, plan: Plan, journal: Sequence[StepRun] = ()
    ) -> Execution:
        """The execution of a run that this process has just made."""
        return Execution(self.tools, run, event, plan, journal)

    @property
    def term(self) -> Term:
        """The present one of the lease; to be read before a claim, whose word may come late."""
        return self.tools.lease.term

    def hold(self, run: Run) -> None:
        """A run was claimed, and will be resumed."""
        self.tools.hands.take(run.id)

    def resume(self, run: Run, term: Term | None = None) -> Standing:
        """Goes on with a run that this process has claimed, until it ends or waits.

        `term`: that of the lease when the run was claimed; without it, the present one.
        """
        told_of = log_context.SUBJECT.set(run)
        try:
            return self._resume(run, term)
        finally:
            log_context.SUBJECT.reset(told_of)
            self.tools.hands.leave(run.id)

    def _resume(self, run: Run, term: Term | None) -> Standing:
        try:
            execution = self._load(run, term)
        except StorageUnavailable as error:
            logger.warning(
                "run %s cannot be read now, it will be taken up again: %s", run.id, error
            )
            return self._give_back(run)
        except PenstockError as error:
            return self._fail(run, str(error))
        return execution.advance()

    def _load(self, run: Run, term: Term | None) -> Execution:
        plan = self._plan(run)
        event = self.tools.store.events.get(run.tenant, run.event_id)
        if event is None:
            raise NotFoundError(f"the event {run.event_id} is no longer there")
        journal = self.tools.store.runs.journal(run.tenant, run.id)
        signals = self.tools.store.signals.of_run(run.tenant, run.id) if run.signals else ()
        return Execution(self.tools, run, event, plan, journal, signals, term)

    def _plan(self, run: Run) -> Plan:
        try:
            return self.tools.catalog.plan(run.tenant, run.automation_id, run.version)
        except InvalidError as error:
            faults = "; ".join(f"{fault.path} {fault.message}" for fault in error.faults[:3])
            raise InvalidError(f"this release cannot execute the version: {faults}") from error

    def _fail(self, run: Run, reason: str) -> Standing:
        end = (RunStatus.FAILED, None, reason)

        def commit() -> None:
            now = self.tools.clock.now()
            move = self.tools.transitions.finish(run, *end, now)
            self.tools.store.commit([move, *self.tools.endings.of(run, *end, now)])

        if not self._patiently(run, commit):
            return Standing.LOST
        self.tools.endings.counted(RunStatus.FAILED)
        self.tools.endings.committed()
        self._trace_end(run, reason)
        self.tools.answers.give(run.id, Ended(*end))
        return Standing.ENDED

    def _trace_end(self, run: Run, reason: str) -> None:
        tools = self.tools
        now = tools.clock.now()
        trace_end(tools.traces, tools.store, run, RunStatus.FAILED, reason, now)

    def _give_back(self, run: Run) -> Standing:
        move = self.tools.transitions.release(run, self.tools.clock.now() + 1_000)
        given_back = self._patiently(run, partial(self.tools.store.commit, [move]))
        return Standing.PARKED if given_back else Standing.LOST

    def _patiently(self, run: Run, work: Callable[[], None]) -> bool:
        try:
            return patiently(work, self.tools.stopping, f"run {run.id}")
        except GuardMissed:
            logger.info("run %s was moved by somebody else", run.id)
            return False
