"""One attempt of one step: resolve its params, run its action, note what went over the wire."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from core import log_context
from core.clock import Milliseconds
from core.errors import ExpressionError
from core.masking import Masker
from core.model import RequestEntry
from core.outcomes import Defer, Fail, Finish, Outcome, Park, Succeed
from core.signals import Waiting
from core.size import TooLarge, check_size
from core.writes import Write
from engine.attempt_context import NO_ORIGIN, AttemptContext
from engine.plan import PlannedStep

_KEEPS = (Succeed, Park, Finish)
"""Outcomes with which that is committed which the action wants to happen beside them."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempted:
    """What an attempt came to, and the requests it made. `masker` hides what it revealed.

    `origin` is the class of what it called last (`core.http.Reach`), or `none`.
    """

    step_id: str
    number: int
    outcome: Outcome
    started_at: Milliseconds
    duration: Milliseconds
    masker: Masker
    requests: tuple[RequestEntry, ...]
    beside: tuple[Write, ...] = ()
    """What is committed with the result, and only with it."""
    origin: str = NO_ORIGIN


def attempt_step(
    step: PlannedStep, context: AttemptContext, visible: Mapping[str, object]
) -> Attempted:
    """One attempt. Every fault of the automation's author or of a partner is an outcome."""
    started = context.clock.now()
    told_of = log_context.SUBJECT.set(context)
    try:
        outcome = _outcome(step, context, visible)
    finally:
        log_context.SUBJECT.reset(told_of)
    return Attempted(
        step_id=context.step_id,
        number=context.attempt,
        outcome=outcome,
        started_at=started,
        duration=max(context.clock.now() - started, 0),
        masker=context.masker,
        requests=tuple(context.requests),
        origin=context.origin,
        beside=tuple(context.beside) if isinstance(outcome, _KEEPS) else (),
    )


def _outcome(step: PlannedStep, context: AttemptContext, visible: Mapping[str, object]) -> Outcome:
    try:
        resolved = step.params.resolve(visible)
        check_size(resolved.value)
        params = cast(Mapping[str, Any], resolved.value)
        context.masked = cast(Mapping[str, Any], resolved.masked)
        if resolved.sensitive:
            context.masker = context.secrets.masker.with_extra(resolved.sensitive)
        return _kept_waiting(step.action.run(context, params), context.waiting)
    except ExpressionError as error:
        return Fail(f"step {context.step_id}: {error}")
    except TooLarge as error:
        return Fail(f"step {context.step_id}: what its templates make cannot be used: {error}")
    except Exception:
        # A fault in an action's code must end the step, not the executor.
        logger.exception("step %s of run %s broke", context.step_id, context.run.id)
        return Fail(f"step {context.step_id}: an internal error; the server's log has the details")


def _kept_waiting(outcome: Outcome, waiting: Waiting | None) -> Outcome:
    """A step that waited and is held back goes on showing what it showed."""
    if isinstance(outcome, Defer) and waiting is not None:
        return replace(outcome, output=waiting.output)
    return outcome
