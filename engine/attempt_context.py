"""What an action sees of the world during one attempt, and what it did there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.approvals import ApprovalDesk
from core.clock import Clock, Milliseconds
from core.errors import ExpressionError
from core.http import Headers, OutboundRequest, SendFailure, SendResult, with_fields
from core.masking import Masker
from core.model import RequestEntry, Run
from core.notifications import METHOD, Notification, NotificationResult
from core.records import RecordAccess
from core.signals import Waiting
from core.spec import Show
from core.tokens import Tokens
from core.writes import Write
from engine.care.endpoint import AUTOMATION, User
from engine.care.notifier import CaringNotifier
from engine.care.sender import Caller, CaringSender
from engine.deeds import Deeds
from engine.records.access import RecordTools, RunRecords
from engine.sent_requests import begun_entry, kept_body, sent_entry
from engine.vault import TenantSecrets
from expressions import secret_marker

NO_ORIGIN = "none"
"""The class of origins of an attempt that called nobody by HTTP."""


@dataclass(slots=True)
class AttemptContext:
    """All an action sees of the world (`core.spec.ActionContext`).

    Without deeds, as in a trial, nobody is told of what it emits and no other run is started;
    without tools for records, as in a preview, none is reached. `placed` says that it is made in
    an executor's thread, and not in that of somebody who waits for it. `trace_context` goes along
    to whomever it calls; it is in the trace of `trace_id`.
    """

    run: Run
    step_id: str
    attempt: int
    clock: Clock
    secrets: TenantSecrets
    sender: CaringSender
    notifier: CaringNotifier
    tokens: Tokens
    deeds: Deeds | None = None
    waiting: Waiting | None = None
    earlier_output: Any = None
    record_tools: RecordTools | None = None
    placed: bool = False
    trace_context: Headers = ()
    trace_id: str | None = None
    masked: Mapping[str, Any] = field(default_factory=dict)
    masker: Masker = field(init=False)
    requests: list[RequestEntry] = field(default_factory=list)
    beside: list[Write] = field(default_factory=list)
    origin: str = NO_ORIGIN

    def __post_init__(self) -> None:
        self.masker = self.secrets.masker

    @property
    def idempotency_key(self) -> str:
        """The same for every attempt of this step in this run; another for each item of a loop."""
        return f"{self.run.id}.{self.step_id}"

    @property
    def records(self) -> RecordAccess:
        """The tenant's records; changes carry the depth of what this run leads to."""
        if self.record_tools is None:
            raise ExpressionError("records are neither read nor changed here")
        return RunRecords(
            tools=self.record_tools,
            tenant=self.run.tenant,
            depth=self.run.depth + 1,
            key=self.idempotency_key,
            masker=self.masker,
            beside=self.beside,
        )

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
        if self.trace_context:
            request = with_fields(request, self.trace_context)
            shown = with_fields(shown, self.trace_context)
        started = self.clock.now()
        result = self.sender.send(request, self._caller, self.masker.mask_text(shown.url))
        self.origin = result.reach.value
        if isinstance(result, SendFailure) and result.until is not None:
            return result
        answer = result if show is None or isinstance(result, SendFailure) else show(result)
        self.requests.append(self._entry(shown, answer, started))
        return result

    @property
    def callback_url(self) -> str:
        """The one-time address at which this step can be told something."""
        if self.deeds is None:
            raise ExpressionError("a trial waits for no callback; pin a result to this step")
        return self.deeds.callback_url(self.run, self.step_id)

    @property
    def approvals(self) -> ApprovalDesk:
        """Where the step asks people."""
        if self.deeds is None:
            raise ExpressionError("a trial asks nobody; pin a result to this step")
        return self.deeds.desk(self.run, self.step_id, self.beside)

    def start_run(self, automation_id: str, payload: Any) -> str:
        """Starts another automation, once the step has succeeded or waits; the id of its run."""
        if self.deeds is None:
            raise ExpressionError("a trial starts no other automation; pin a result to this step")
        shown = self.masker.mask_json(payload)
        run_id, writes = self.deeds.children.start(
            self.run, self.step_id, automation_id, shown, dict(self.trace_context)
        )
        self.beside += writes
        return run_id

    def emit(self, event_type: str, data: Mapping[str, Any]) -> None:
        """Tells the tenant's automations and subscriptions, once the step has succeeded."""
        if self.deeds is not None:
            self.beside += self.deeds.emit(self.run, event_type, self.masker.mask_json(data))

    def notify(self, address: str, notification: Notification) -> NotificationResult:
        """Notifies, and keeps for the request log what was said; of the address only its place.

        What is held back was not sent, and is not in the log.
        """
        started = self.clock.now()
        result = self.notifier.notify(address, notification, self._caller, self.masker)
        if result.until is not None:
            return result
        entry = replace(
            begun_entry(self.run.tenant, METHOD, result.place, started, self.masker),
            duration=result.duration,
            request_body=kept_body(notification.written, self.masker),
            status=result.status,
            error=None if result.error is None else self.masker.mask_text(result.error),
        )
        self.requests.append(self._of_this_attempt(entry))
        return result

    @property
    def _caller(self) -> Caller:
        # The run of a trial is in no store: nobody could call it.
        waiter = None if self.deeds is None else self.run.id
        user = User(AUTOMATION, self.run.automation_id)
        return Caller(self.run.tenant, user, self.placed, waiter)

    def _entry(
        self, shown: OutboundRequest, result: SendResult, started: Milliseconds
    ) -> RequestEntry:
        entry = sent_entry(self.run.tenant, shown, result, started, self.masker)
        return self._of_this_attempt(entry)

    def _of_this_attempt(self, entry: RequestEntry) -> RequestEntry:
        return replace(
            entry,
            automation_id=self.run.automation_id,
            event_id=self.run.event_id,
            run_id=self.run.id,
            step_id=self.step_id,
            attempt=self.attempt,
        )
