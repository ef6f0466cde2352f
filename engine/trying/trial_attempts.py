"""The attempts of a trial: one for each step, with what is left of the trial's time."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from core.clock import Clock, Milliseconds
from core.model import RequestEntry, Run, StepRun
from core.outcomes import Defer, Each, Park, Retry
from core.states import StepStatus
from core.store import Store
from engine.attempt import Attempted, attempt_step
from engine.attempt_context import AttemptContext
from engine.care.notifier import CaringNotifier
from engine.care.sender import CaringSender
from engine.context import Context, context_at
from engine.drafts.effects import in_words
from engine.outputs import Outputs
from engine.plan import PlannedStep
from engine.records.access import RecordTools
from engine.retry import RetryPolicy
from engine.tokens import TokenCache
from engine.trying.timed_ways_out import TimedNotifier, TimedSender
from engine.vault import TenantSecrets

ONE_ATTEMPT = RetryPolicy(attempts=1)


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


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt with its journal entry, how that is to be shown, and what was sent.

    `left_out` counts items of a list beyond those that are tried.
    """

    attempted: Attempted
    entry: StepRun
    shown: StepRun
    requests: tuple[RequestEntry, ...]
    left_out: int = 0


class TrialAttempts:
    """Makes the attempts of one trial; of each list at most `most_items` are taken."""

    def __init__(
        self, tools: TrialTools, run: Run, secrets: TenantSecrets, outputs: Outputs, most_items: int
    ) -> None:
        self._tools = tools
        self._run = run
        self._secrets = secrets
        self._outputs = outputs
        self._most_items = most_items
        self._notifier = TimedNotifier(tools.notifier, tools.clock, run.deadline)
        self._sender = TimedSender(tools.sender, tools.clock, run.deadline)

    def make(self, key: str, planned: PlannedStep, context: Context) -> Tried:
        """One attempt, settled as a run does; there is no other."""
        now = self._tools.clock.now()
        sight = AttemptContext(
            run=self._run,
            step_id=key,
            attempt=1,
            clock=self._tools.clock,
            secrets=self._secrets,
            sender=self._sender,
            tokens=self._tools.tokens.of(self._run.tenant),
            notifier=self._notifier,
            record_tools=self._tools.records,
        )
        attempted = attempt_step(planned, sight, context_at(context, now))
        attempted, left_out = self._shortened(attempted)
        return self._settled(attempted, planned, left_out)

    def _shortened(self, attempted: Attempted) -> tuple[Attempted, int]:
        outcome = attempted.outcome
        if not isinstance(outcome, Each) or len(outcome.items) <= self._most_items:
            return attempted, 0
        taken = replace(outcome, items=outcome.items[: self._most_items])
        return replace(attempted, outcome=taken), len(outcome.items) - self._most_items

    def _settled(self, attempted: Attempted, planned: PlannedStep, left_out: int) -> Tried:
        now = self._tools.clock.now()
        attempted, entry = self._outputs.settle(attempted, (), ONE_ATTEMPT, now, lambda: 0.0)
        requests = [replace(one, run_id=None, event_id=None) for one in attempted.requests]
        self._log(requests)
        shown = _shown(attempted, entry, planned.definition.retry)
        return Tried(attempted, entry, shown, tuple(requests), left_out)

    def _log(self, requests: list[RequestEntry]) -> None:
        """What was sent was sent: the log says so, without a run."""
        if requests:
            inserts = [self._tools.store.requests.insert(entry) for entry in requests]
            self._tools.store.commit_later(inserts)


def _shown(attempted: Attempted, entry: StepRun, policy: RetryPolicy) -> StepRun:
    match attempted.outcome:
        case Retry(after=after):
            return replace(entry, error=f"{entry.error}{_tries(policy, after)}")
        case Park():
            words = "a run would wait here; to try what follows, pin a result to this step"
            return replace(entry, status=StepStatus.WAITING, error=words)
        case Defer():
            words = f"{entry.error}; a run would wait for that, and go on by itself"
            return replace(entry, error=words)
        case Each():
            return replace(entry, output=None)
    return entry


def _tries(policy: RetryPolicy, asked: Milliseconds | None) -> str:
    """When a run would try again, to stand behind the reason of a failure."""
    wait = policy.delay(1, asked, lambda: 0.0)
    if wait is None:
        return ""
    more = policy.attempts - 2
    others = f", and up to {more} times more" if more else ""
    return f"; a run would try again after {in_words(wait)}{others}"
