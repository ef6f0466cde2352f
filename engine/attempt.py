"""One attempt of one step: resolve its params, run its action, note what went over the wire."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from core.clock import Clock, Milliseconds
from core.errors import ExpressionError
from core.http import OutboundRequest, SendFailure, SendResult
from core.ids import new_id
from core.masking import Masker
from core.model import RequestEntry, Run
from core.outcomes import Defer, Fail, Finish, Outcome, Park, Succeed
from core.signals import Waiting
from core.size import TooLarge, check_size
from core.spec import Show
from core.store import Write
from core.tokens import Tokens
from engine.care.endpoint import AUTOMATION, User
from engine.care.sender import Caller, CaringSender
from engine.events.announcer import Announcer
from engine.plan import PlannedStep
from engine.vault import TenantSecrets
from expressions import secret_marker

KEPT_BODY = 256 * 1024
"""Bytes of a body that the request log keeps."""

_KEEPS = (Succeed, Park, Finish)
"""Outcomes with which that is committed which the action wants to happen beside them."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempted:
    """What an attempt came to, and the requests it made. `masker` hides what it revealed."""

    step_id: str
    number: int
    outcome: Outcome
    started_at: Milliseconds
    duration: Milliseconds
    masker: Masker
    requests: tuple[RequestEntry, ...]
    beside: tuple[Write, ...] = ()
    """What is committed with the result, and only with it."""


@dataclass(slots=True)
class AttemptContext:
    """All an action sees of the world (`core.spec.ActionContext`).

    Without an announcer, as in a trial, nobody is told of what it emits. `placed` says that it is
    made in an executor's thread, and not in that of somebody who waits for it.
    """

    run: Run
    step_id: str
    attempt: int
    clock: Clock
    secrets: TenantSecrets
    sender: CaringSender
    tokens: Tokens
    announcer: Announcer | None = None
    waiting: Waiting | None = None
    placed: bool = False
    masked: Mapping[str, Any] = field(default_factory=dict)
    masker: Masker = field(init=False)
    requests: list[RequestEntry] = field(default_factory=list)
    beside: list[Write] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.masker = self.secrets.masker

    @property
    def idempotency_key(self) -> str:
        """The same for every attempt of this step in this run."""
        return f"{self.run.id}.{self.step_id}"

    def secret(self, name: str) -> str:
        """The value of a secret. Raises ExpressionError when the tenant has none of that name."""
        value = self.secrets.reveal(name)
        if value is None:
            raise ExpressionError(f"there is no secret {name}; an admin can set it")
        return value

    def conceal(self, value: str, secret: str) -> str:
        """The marker of a secret, which from here on stands for a value made from it, too."""
        marker = secret_marker(secret)
        self.masker = self.masker.with_extra([(value, marker)])
        return marker

    def send(
        self, request: OutboundRequest, shown: OutboundRequest, show: Show | None = None
    ) -> SendResult:
        """Sends, and keeps the masked twins of both sides for the request log.

        What is held back was not sent, and is not in the log.
        """
        started = self.clock.now()
        caller = Caller(self.run.tenant, User(AUTOMATION, self.run.automation_id), self.placed)
        result = self.sender.send(request, caller, self.masker.mask_text(shown.url))
        if isinstance(result, SendFailure) and result.until is not None:
            return result
        answer = result if show is None or isinstance(result, SendFailure) else show(result)
        self.requests.append(self._entry(shown, answer, started))
        return result

    def emit(self, event_type: str, data: Mapping[str, Any]) -> None:
        """Tells the tenant's automations and subscriptions, once the step has succeeded."""
        if self.announcer is not None:
            self.beside += self.announcer.announce(
                self.run.tenant,
                event_type,
                self.masker.mask_json(data),
                automation_id=self.run.automation_id,
                depth=self.run.depth + 1,
            )

    def _entry(
        self, shown: OutboundRequest, result: SendResult, started: Milliseconds
    ) -> RequestEntry:
        entry = RequestEntry(
            id=new_id(),
            tenant=self.run.tenant,
            direction="out",
            method=shown.method,
            url=self.masker.mask_text(shown.url),
            started_at=started,
            duration=result.duration,
            request_headers=dict(self.masker.mask_headers(shown.headers, keep=True)),
            request_body=self._kept(shown.body),
            automation_id=self.run.automation_id,
            event_id=self.run.event_id,
            run_id=self.run.id,
            step_id=self.step_id,
            attempt=self.attempt,
        )
        if isinstance(result, SendFailure):
            return replace(entry, error=self.masker.mask_text(result.message))
        return replace(
            entry,
            status=result.status,
            response_headers=dict(self.masker.mask_headers(result.headers.items())),
            response_body=self._kept(result.body),
        )

    def _kept(self, body: bytes | None) -> bytes | None:
        """A body as the log keeps it: masked first, so that no cut leaves half a secret."""
        return None if body is None else self.masker.mask_bytes(body)[:KEPT_BODY]


def attempt_step(
    step: PlannedStep, context: AttemptContext, visible: Mapping[str, object]
) -> Attempted:
    """One attempt. Every fault of the automation's author or of a partner is an outcome."""
    started = context.clock.now()
    outcome = _outcome(step, context, visible)
    return Attempted(
        step_id=context.step_id,
        number=context.attempt,
        outcome=outcome,
        started_at=started,
        duration=max(context.clock.now() - started, 0),
        masker=context.masker,
        requests=tuple(context.requests),
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
