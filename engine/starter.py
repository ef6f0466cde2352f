"""How a new run starts: stored with what belongs to it, and set going where there is room."""

from __future__ import annotations

from collections.abc import Sequence

from core.model import Event, Run, StepRun
from core.writes import Write
from engine.dispatching import Dispatcher
from engine.execution import Execution
from engine.executor import Executor
from engine.plan import Plan
from engine.transitions import started


class Starter:
    """Stores a run with what belongs to it, and sets it going where there is room."""

    def __init__(
        self,
        executor: Executor,
        dispatcher: Dispatcher,
    ) -> None:
        self._executor = executor
        self._dispatcher = dispatcher

    def start(
        self,
        run: Run,
        event: Event,
        plan: Plan,
        beside: Sequence[Write],
        journal: Sequence[StepRun] = (),
    ) -> Run:
        """Stores the run with the writes beside it, then has it executed after its journal.

        Its first steps without an outside effect are taken before it is stored: a run of nothing
        else costs one commit and no thread. Raises GuardMissed or StorageUnavailable; then nothing
        is kept and nothing will run. A run that has a key is queued, or held, as the store decides.
        """
        if run.has_key:
            self.queue(run, beside)
            return run
        held = started(run, self._dispatcher.executor, run.created_at)
        execution = self._executor.begin(held, event, plan, journal)
        execution.prepare()
        if execution.is_over:
            return execution.store(held, beside)
        if not self._dispatcher.reserve():
            execution.store(run, beside)
            self._dispatcher.wake()
            return run
        try:
            execution.store(held, beside)
        except BaseException:
            self._dispatcher.give_back()
            raise
        self._dispatcher.start(execution)
        return held

    def queue(self, run: Run, beside: Sequence[Write]) -> None:
        """Stores a run for whoever takes it up: with a key, when it is its turn.

        Raises GuardMissed or StorageUnavailable; then nothing is kept.
        """
        tools = self._executor.tools
        tools.store.commit([*beside, tools.transitions.start(run)])
        self._dispatcher.wake()

    def start_here(self, run: Run, event: Event, plan: Plan, beside: Sequence[Write]) -> Execution:
        """Stores a run that the calling thread will execute itself, as far as it is not over."""
        held = started(run, self._dispatcher.executor, run.created_at)
        execution = self._executor.begin(held, event, plan)
        execution.prepare()
        execution.store(held, beside)
        return execution
