"""The attempts of one run: each with all that its templates and its action get to see."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from core.errors import StorageUnavailable
from core.model import Run, StepRun
from core.signals import Signal
from core.traces import RunTrace
from engine.attempt import Attempted, attempt_step
from engine.attempt_context import AttemptContext
from engine.context import Context, context_at
from engine.plan import PlannedStep
from engine.run_signals import RunSignals, is_waiting
from engine.settlement import is_held_back, next_number
from engine.tools import Tools
from engine.vault import TenantSecrets

logger = logging.getLogger(__name__)


class Attempts:
    """Makes attempts; several threads may at once, each of another step."""

    def __init__(
        self,
        tools: Tools,
        run: Run,
        secrets: TenantSecrets,
        signals: Sequence[Signal],
        journal: Sequence[StepRun],
        trace: RunTrace | None,
    ) -> None:
        self._tools = tools
        self._run = run
        self._secrets = secrets
        self._trace = trace
        self._signals = RunSignals(signals)
        self._counted = run.signals
        self._held_back = {entry.step_id for entry in journal if is_held_back(entry)}

    def told(self, waiting: Sequence[StepRun]) -> list[str]:
        """Those of the waiting steps that were told something which they have not heard yet.

        What was held back when the run was taken up asks again: the run may have been called for
        it. Whoever was not keeps their turn. The store is asked anew where a step waits to be told
        something, and only there: the other branches of the run may go on for long.
        """
        if any(map(is_waiting, waiting)):
            self._listen()
        return [
            entry.step_id
            for entry in waiting
            if entry.step_id in self._held_back or self._signals.has(entry)
        ]

    def _listen(self) -> None:
        """Takes in what the run was told since; most of the time that is nothing."""
        store, run = self._tools.store, self._run
        try:
            now = store.runs.get(run.tenant, run.id)
            if now is not None and now.signals > self._counted:
                self._signals.add(store.signals.of_run(run.tenant, run.id))
                self._counted = now.signals
        except StorageUnavailable as error:
            logger.warning("what run %s was told cannot be read now: %s", run.id, error)

    def make(
        self,
        key: str,
        planned: PlannedStep,
        entry: StepRun | None,
        context: Context,
        *,
        placed: bool,
    ) -> Attempted:
        """One attempt of a step. `entry` is the journal's, where it has begun and not ended.

        `placed` says that it is made in an executor's thread.
        """
        self._held_back.discard(key)
        number, trace = next_number(entry.attempts if entry else ()), self._trace
        attempt = AttemptContext(
            run=self._run,
            step_id=key,
            attempt=number,
            clock=self._tools.clock,
            secrets=self._secrets,
            sender=self._tools.sender,
            notifier=self._tools.notifier,
            tokens=self._tools.tokens.of(self._run.tenant, placed=placed),
            deeds=self._tools.deeds,
            waiting=self._signals.waiting(entry),
            earlier_output=entry.output if entry else None,
            record_tools=self._tools.records,
            placed=placed,
            trace_context=() if trace is None else trace.context_of(key, number),
            trace_id=None if trace is None else trace.trace_id,
        )
        return attempt_step(planned, attempt, context_at(context, self._tools.clock.now()))
