"""What an attempt's outcome makes of its step: the next entry of the journal."""

from __future__ import annotations

from collections.abc import Callable

from core.clock import Milliseconds
from core.model import Attempt, StepRun
from core.outcomes import Defer, Each, Fail, Finish, Halt, Outcome, Park, Retry, Succeed
from core.states import STEP_ENDS, StepStatus
from engine.attempt import Attempted
from engine.retry import RetryPolicy

WAITED = "waiting"
"""The outcome of an attempt that goes on: at its time, when told something, or item by item."""
DEFERRED = "deferred"
"""The outcome of an attempt that was held back before it sent; it is made anew, and counts not."""


def settle(
    attempted: Attempted,
    earlier: tuple[Attempt, ...],
    policy: RetryPolicy,
    now: Milliseconds,
    chance: Callable[[], float],
) -> StepRun:
    """The journal entry after an attempt: ended, or waiting for the next. Secrets are masked."""
    outcome = attempted.outcome
    waited = _waited(earlier)
    earlier, begun = _before(attempted, earlier)
    wait = _wait(outcome, attempted.number, policy, chance)
    reason = _reason(outcome)
    error = None if reason is None else attempted.masker.mask_text(reason)
    attempts = (*earlier, _attempt(attempted, begun, error, wait, waited=waited))
    status, port = _status(outcome, wait)
    return StepRun(
        step_id=attempted.step_id,
        status=status,
        port=port,
        output=attempted.masker.mask_json(getattr(outcome, "output", None)),
        error=_step_error(outcome, error, len(attempts), wait),
        due_at=_due_at(outcome, wait, now),
        started_at=attempts[0].started_at,
        finished_at=now if status in STEP_ENDS else None,
        attempts=attempts,
    )


def _wait(
    outcome: Outcome, number: int, policy: RetryPolicy, chance: Callable[[], float]
) -> Milliseconds | None:
    """How long until the next attempt, None when there is none."""
    if not isinstance(outcome, Retry):
        return None
    return policy.delay(number, outcome.after, chance)


def next_number(attempts: tuple[Attempt, ...]) -> int:
    """The number of the attempt that comes next; one that waited goes on under its own."""
    goes_on = bool(attempts) and attempts[-1].outcome in (WAITED, DEFERRED)
    return len(attempts) + (0 if goes_on else 1)


def is_held_back(step: StepRun) -> bool:
    """Whether a step waits since what it was to send was held back."""
    if step.status is not StepStatus.WAITING or not step.attempts:
        return False
    return step.attempts[-1].outcome == DEFERRED


def _waited(attempts: tuple[Attempt, ...]) -> bool:
    return bool(attempts) and attempts[-1].outcome == WAITED


def _before(
    attempted: Attempted, earlier: tuple[Attempt, ...]
) -> tuple[tuple[Attempt, ...], Milliseconds]:
    """The attempts before this one, and when it began: a step that waited goes on with its last.

    Of one that was held back nothing is left but its number.
    """
    if _waited(earlier):
        return earlier[:-1], earlier[-1].started_at
    if earlier and earlier[-1].outcome == DEFERRED:
        return earlier[:-1], attempted.started_at
    return earlier, attempted.started_at


def _attempt(
    attempted: Attempted,
    begun: Milliseconds,
    reason: str | None,
    wait: Milliseconds | None,
    *,
    waited: bool,
) -> Attempt:
    return Attempt(
        number=attempted.number,
        started_at=begun,
        duration=attempted.started_at + attempted.duration - begun,
        outcome=_attempt_outcome(attempted.outcome, wait, waited=waited),
        reason=reason,
        request_id=attempted.requests[-1].id if attempted.requests else None,
    )


def _attempt_outcome(outcome: Outcome, wait: Milliseconds | None, *, waited: bool) -> str:
    match outcome:
        case Succeed():
            return "succeeded"
        case Retry():
            return "failed" if wait is None else "retry"
        case Fail():
            return "failed"
        case Halt():
            return "halted"
        case Finish():
            return "succeeded" if outcome.succeeded else "failed"
        case Park() | Each():
            return WAITED
        case Defer():
            # What a step that waited knows of its wait must outlast that it is held back.
            return WAITED if waited else DEFERRED


def _status(outcome: Outcome, wait: Milliseconds | None) -> tuple[StepStatus, str | None]:
    match outcome:
        case Succeed():
            return StepStatus.SUCCEEDED, outcome.port
        case Retry() if wait is not None:
            return StepStatus.WAITING, None
        case Park() | Defer():
            return StepStatus.WAITING, None
        case Each():
            return StepStatus.RUNNING, None
        case Finish():
            return StepStatus.SUCCEEDED, None
        case Halt():
            return StepStatus.FAILED, None
        case Retry() | Fail():
            return StepStatus.FAILED, "error"


def _reason(outcome: Outcome) -> str | None:
    match outcome:
        case Retry() | Halt() | Defer():
            return outcome.reason
        case Fail():
            return outcome.error
        case Finish(succeeded=False):
            return outcome.message
    return None


def _step_error(
    outcome: Outcome, reason: str | None, attempts: int, wait: Milliseconds | None
) -> str | None:
    if isinstance(outcome, Finish):
        return None
    if isinstance(outcome, Retry) and wait is None and attempts > 1:
        return f"{reason}; {attempts} attempts were made"
    return reason


def _due_at(outcome: Outcome, wait: Milliseconds | None, now: Milliseconds) -> Milliseconds | None:
    if isinstance(outcome, Park | Defer):
        return outcome.until
    return None if wait is None else now + wait
