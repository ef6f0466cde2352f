"""A request comes in at a trigger URL: from the request to the answer its caller gets."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import orjson

from core import log_context
from core.clock import Clock, Milliseconds
from core.errors import StorageUnavailable
from core.http import Headers, InboundRequest
from core.meters import Meters
from core.model import Event, Run
from core.outcomes import Answer
from core.store import Store
from core.webhooks import Answered, Received, Rejected
from core.writes import Write
from engine.answers import Answers, Ended, Waiter
from engine.arrival import (
    Automaton,
    LoggedAnswer,
    accepted_payload,
    held_payload,
    inbound_entry,
    make_event,
    make_run,
    request_hash,
    unstored_entry,
)
from engine.catalog import Catalog
from engine.dispatching import Dispatcher
from engine.execution import Execution, Standing
from engine.inbound_replies import (
    Reply,
    disabled,
    late,
    method_not_allowed,
    preflight,
    reply_to,
    too_many_waiting,
    written,
)
from engine.limits.limits import Limits
from engine.limits.quotas import EVENT_AND_RUN, Stored
from engine.limits.refusals import OverLimit, as_problem
from engine.order.waiting import Held, await_turn
from engine.rejections import Rejections
from engine.repetitions import Repetitions
from engine.replies import JsonReply, Problem
from engine.routes import Match
from engine.starter import Starter
from engine.trying.listeners import Listeners
from engine.vault import Vault

JSON: Headers = (("Content-Type", "application/json"),)

MOST_WAITING = 640
"""Callers that may wait for an answer at once; each holds one of the server's threads."""

logger = logging.getLogger(__name__)


class Intake:
    """Takes in what partners post."""

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        vault: Vault,
        limits: Limits,
        rejections: Rejections,
        clock: Clock,
        starter: Starter,
        dispatcher: Dispatcher,
        answers: Answers,
        listeners: Listeners,
        meters: Meters,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._vault = vault
        self._limits = limits
        self._rejections = rejections
        self._clock = clock
        self._starter = starter
        self._dispatcher = dispatcher
        self._answers = answers
        self._listeners = listeners
        self._meters = meters
        self._repetitions = Repetitions(store.events)

    def receive(self, tenant: str, path: str, request: InboundRequest) -> Reply:
        """The answer to `/hooks/<tenant>/<path>`. Raises nothing a client can cause."""
        try:
            return self._receive(tenant, path, request)
        except StorageUnavailable as error:
            words, told_of = "an event of tenant %s could not be stored: %s", log_context.of(tenant)
            logger.error(words, tenant, error, extra=told_of)
            return Problem(502, "Not stored", "The event could not be stored; send it again later.")

    def _receive(self, tenant: str, path: str, request: InboundRequest) -> Reply:
        matches = self._catalog.of(tenant).routes.find(path)
        if self._listeners.any and (captured := self._captured(tenant, path, request, matches)):
            return captured
        if not matches:
            return Problem(404, "Not found", f"No automation listens at /hooks/{tenant}/{path}.")
        if request.method == "OPTIONS":
            return preflight(matches, request)
        match = next((one for one in matches if _takes(one, request)), None)
        if match is None:
            return method_not_allowed(matches, request.method)
        return self._with_cors(match, request, self._take(match, request))

    def _captured(
        self, tenant: str, path: str, request: InboundRequest, matches: Sequence[Match]
    ) -> Reply | None:
        """The answer of a draft that somebody listens with; what is live takes its requests."""
        if any(_takes(one, request) for one in matches):
            return None
        return self._listeners.take(tenant, path, request)

    def _take(self, match: Match, request: InboundRequest) -> Reply:
        live, now = match.live, self._clock.now()
        tenant = live.automation.tenant
        if not live.automation.enabled:
            return self._reject(match, request, disabled())
        door = self._limits.gate.door(tenant, live.automation.id, live.plan.definition.limit)
        received = live.webhook.receive(
            request, match.params, self._vault.of(tenant), door.check_key, now, door
        )
        if isinstance(received, Received):
            reply = self._take_in(match, request, received, now)
        elif isinstance(received, Answered):
            reply = self._answer_itself(match, request, received)
        else:
            reply = self._reject(match, request, received)
        return _with_fields(reply, door.fields)

    def _take_in(
        self, match: Match, request: InboundRequest, received: Received, now: Milliseconds
    ) -> Reply:
        """Takes in what a known caller sent, unless it came before or a quota is used up."""
        live, tenant = match.live, match.live.automation.tenant
        automaton = Automaton(tenant, live.automation.id, live.version, live.plan)
        event = make_event(automaton, request, received, self._vault.of(tenant).masker, now)
        if self._listeners.any:
            self._listeners.heard(event)
        try:
            return self._repetitions.take_once(
                event,
                received.delivery_id or received.idempotency_key,
                request_hash(event, received.delivery_id),
                live.webhook.idempotency_window,
                lambda beside: self._start(match, request, automaton, event, beside),
            )
        except OverLimit as error:
            return self._reject(match, request, error.rejected)

    def _start(
        self,
        match: Match,
        request: InboundRequest,
        automaton: Automaton,
        event: Event,
        remembered: Sequence[Write],
    ) -> Reply:
        awaited = match.live.webhook.respond != "accepted"
        if awaited and self._answers.count >= MOST_WAITING:
            return too_many_waiting()
        run = make_run(automaton, event, event.received_at, awaited=awaited)
        beside = [*remembered, self._store.events.insert(event)]
        if awaited:
            beside.append(self._store.requests.insert(inbound_entry(event, run, request)))
            return self._answer(match, event, run, beside)
        payload = accepted_payload(event, run)
        entry = inbound_entry(event, run, request, self._accepted(event, payload))
        beside.append(self._store.requests.insert(entry))
        self._within_quotas(event, lambda: self._starter.start(run, event, automaton.plan, beside))
        return JsonReply(202, payload)

    def _within_quotas(self, event: Event, store: Callable[[], Stored]) -> Stored:
        """What `store` gives, which stores the event and its run. Raises OverLimit."""
        stored = self._limits.quotas.within(event.tenant, EVENT_AND_RUN, store)
        self._meters.event_accepted()
        return stored

    def _answer(self, match: Match, event: Event, run: Run, beside: Sequence[Write]) -> Reply:
        """Executes the run in this thread as far as its caller can wait."""
        until = event.received_at + match.live.webhook.respond_timeout
        waiter = self._answers.expect(run.id)
        try:
            if run.has_key:
                self._within_quotas(event, lambda: self._starter.queue(run, beside))
                return self._answer_in_turn(event, run, waiter, until)
            execution = self._within_quotas(
                event, lambda: self._starter.start_here(run, event, match.live.plan, beside)
            )
            standing = Standing.ENDED if execution.is_over else execution.advance(until)
            self._hand_over(execution, standing)
            if standing in (Standing.RELEASED, Standing.LOST) or execution.rests_until(until):
                reply = waiter.reply
            else:
                reply = waiter.wait((until - self._clock.now()) / 1000)
        finally:
            self._answers.forget(run.id)
        return self._answered(event, run, reply)

    def _answer_in_turn(self, event: Event, run: Run, waiter: Waiter, until: Milliseconds) -> Reply:
        """Waits for a run whose turn may come later; 202 when it is held, for that may be long."""
        reply = await_turn(self._store.runs, run, waiter, until, self._clock)
        if not isinstance(reply, Held):
            return self._answered(event, run, reply)
        answer = JsonReply(202, held_payload(event, run))
        self._log_answer(event, answer)
        return answer

    def _answered(self, event: Event, run: Run, reply: Answer | Ended | None) -> Reply:
        answer = late(run) if reply is None else reply_to(run, reply)
        if not isinstance(reply, Answer):
            self._log_answer(event, answer)
        return answer

    def _hand_over(self, execution: Execution, standing: Standing) -> None:
        if standing in (Standing.ANSWERED, Standing.HANDED_OVER):
            self._dispatcher.continue_(execution)
        elif standing in (Standing.PARKED, Standing.RELEASED):
            self._dispatcher.wake()

    def _reject(self, match: Match, request: InboundRequest, rejected: Rejected) -> Problem:
        """Turns a request away, and keeps in the log that it came and why it was not taken."""
        automation = match.live.automation
        if self._listeners.any:
            self._listeners.refused(automation.tenant, automation.id, rejected)
        self._log_unstored(match, request, rejected.status, rejected.internal or rejected.detail)
        return as_problem(rejected)

    def _answer_itself(self, match: Match, request: InboundRequest, answered: Answered) -> Answer:
        """Gives the trigger's own answer to a request that is no event."""
        automation = match.live.automation
        if self._listeners.any:
            self._listeners.answered(automation.tenant, automation.id, answered)
        self._log_unstored(match, request, answered.status, None)
        return Answer(answered.status, answered.headers, answered.body)

    def _log_unstored(
        self, match: Match, request: InboundRequest, status: int, error: str | None
    ) -> None:
        tenant, automation_id = match.live.automation.tenant, match.live.automation.id
        masker, now = self._vault.of(tenant).masker, self._clock.now()
        entry = unstored_entry(tenant, automation_id, request, status, error, masker, now)
        self._rejections.note(entry)

    def _log_answer(self, event: Event, answer: Reply) -> None:
        status, body = written(answer)
        duration = self._clock.now() - event.received_at
        write = self._store.requests.answer(event.tenant, event.id, status, {}, body, duration)
        self._store.commit_later([write])

    def _accepted(self, event: Event, payload: Mapping[str, str]) -> LoggedAnswer:
        duration = max(self._clock.now() - event.received_at, 0)
        return LoggedAnswer(202, dict(JSON), orjson.dumps(payload), duration)

    def _with_cors(self, match: Match, request: InboundRequest, reply: Reply) -> Reply:
        return _with_fields(reply, match.live.webhook.cors_headers(request))


def _with_fields(reply: Reply, fields: Headers) -> Reply:
    return replace(reply, headers=(*reply.headers, *fields)) if fields else reply


def _takes(match: Match, request: InboundRequest) -> bool:
    return request.method in match.live.webhook.methods
