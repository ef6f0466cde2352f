"""The attempts of one run: each with all that its templates and its action get to see."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from core.errors import StorageUnavailable
from core.model import Run, StepRun
from core.signals import Signal
from engine.attempt import AttemptContext, Attempted, attempt_step
from engine.context import Context, context_at
from engine.plan import PlannedStep
from engine.run_signals import RunSignals, is_waiting
from engine.settlement import next_number
from engine.tools import Tools
from engine.vault import TenantSecrets

logger = logging.getLogger(__name__)


class Attempts:
    """Makes attempts; several threads may at once, each of another step."""

    def __init__(
        self, tools: Tools, run: Run, secrets: TenantSecrets, signals: Sequence[Signal]
    ) -> None:
        self._tools = tools
        self._run = run
        self._secrets = secrets
        self._signals = RunSignals(signals)

    def told(self, waiting: Sequence[StepRun]) -> list[str]:
        """Those of the waiting steps that were told something which they have not heard yet.

        The store is asked again for runs that have such a step, and only for them: their other
        branches may go on for long.
        """
        if any(map(is_waiting, waiting)):
            self._listen()
        return [entry.step_id for entry in waiting if self._signals.has(entry.step_id)]

    def _listen(self) -> None:
        run = self._run
        try:
            self._signals.add(self._tools.store.signals.of_run(run.tenant, run.id))
        except StorageUnavailable as error:
            logger.warning("what run %s was told cannot be read now: %s", run.id, error)

    def make(self, planned: PlannedStep, entry: StepRun | None, context: Context) -> Attempted:
        """One attempt of a step. `entry` is the journal's, where it has begun and not ended."""
        attempt = AttemptContext(
            run=self._run,
            step_id=planned.definition.id,
            attempt=next_number(entry.attempts if entry else ()),
            clock=self._tools.clock,
            secrets=self._secrets,
            sender=self._tools.sender,
            notifier=self._tools.notifier,
            tokens=self._tools.tokens.of(self._run.tenant),
            deeds=self._tools.deeds,
            waiting=self._signals.waiting(entry),
            earlier_output=entry.output if entry else None,
            record_tools=self._tools.records,
        )
        return attempt_step(planned, attempt, context_at(context, self._tools.clock.now()))
