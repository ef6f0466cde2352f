"""Who listens in this process, and what becomes of requests while somebody does.

The registry is in memory: with several web processes a request reaches the listener only when it
comes to the process that he is connected to (docs/decisions/0007-trying-out.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from core.clock import Clock
from core.errors import BusyError, ConflictError, Fault, InvalidError, PenstockError
from core.http import InboundRequest
from core.model import Event
from core.outcomes import Answer
from core.samples import Sample, SampleSource
from core.spec import Answered, Received, Rejected, WebhookTrigger
from core.store import Store
from engine.arrival import event_of_request, unstored_entry
from engine.compiler import Compiler
from engine.drafts.draft import mapping
from engine.keys import Keyring
from engine.plan import CompiledTrigger
from engine.registry import Registry
from engine.replies import JsonReply, Problem
from engine.routes import path_pattern
from engine.trying.listening import LONGEST_SECONDS, Capture, Listening, capture_name
from engine.trying.places import Places
from engine.trying.sample_json import event_json
from engine.trying.samples import SampleService
from engine.trying.tick_listening import TickListening, next_tick_sample
from engine.vault import Vault

MOST_LISTENERS = 32
"""Listeners of a process; each holds threads of the server."""
MOST_OF_A_USER = 4

Reply = Answer | JsonReply | Problem


@dataclass(frozen=True, slots=True)
class ListenTools:
    """What listening works with."""

    store: Store
    registry: Registry
    compiler: Compiler
    vault: Vault
    keyring: Keyring
    samples: SampleService
    clock: Clock


class Listeners:
    """The listeners. `any` is all that a request costs while nobody listens."""

    def __init__(self, tools: ListenTools) -> None:
        self.any = False
        self._tools = tools
        self._places = Places(tools.clock, "listeners", MOST_LISTENERS, MOST_OF_A_USER)
        self._lock = Lock()
        self._open: list[Listening] = []
        self._stopped = False

    def listen(
        self, tenant: str, automation_id: str, document: Any, *, user: str
    ) -> Listening | TickListening:
        """Lets a user listen for the next request of an automation, for 10 minutes at most.

        Where a schedule starts it, the next tick is there at once. Raises InvalidError when the
        draft's trigger has faults, ConflictError when nothing can be heard of its kind, BusyError
        when too many listen. It must be closed.
        """
        trigger = self._trigger(mapping(mapping(document).get("trigger")))
        if trigger.schedule is not None:
            tools, schedule = self._tools, trigger.schedule
            return TickListening(
                next_tick_sample(tools.samples, tenant, automation_id, schedule, tools.clock)
            )
        if trigger.webhook is None:
            raise ConflictError(
                "only an automation that a webhook or a schedule starts can be listened to"
            )
        return self._listen(tenant, automation_id, trigger.webhook, user)

    def _listen(
        self, tenant: str, automation_id: str, webhook: WebhookTrigger, user: str
    ) -> Listening:
        place = self._places.take(user, self._tools.clock.now() + round(LONGEST_SECONDS * 1000))
        listening = Listening(tenant, automation_id, webhook, place, self._remove)
        with self._lock:
            if self._stopped:
                place.give_back()
                raise BusyError("the server is being stopped; listen again in a moment")
            self._open = [one for one in self._open if one.place.is_held]
            self._open.append(listening)
            self.any = True
        return listening

    def _trigger(self, trigger: Mapping[str, Any]) -> CompiledTrigger:
        kind = str(trigger.get("type"))
        if kind not in self._tools.registry.triggers:
            raise ConflictError("nothing starts the automation yet; choose a trigger")
        if faults := list(self._tools.compiler.trigger_faults(trigger)):
            raise InvalidError("the trigger has faults; mend them and listen again", faults)
        return self._tools.compiler.trigger(kind, mapping(trigger.get("with")))

    def stop(self) -> None:
        """Ends every listening: the server is being stopped, and nobody new may begin."""
        with self._lock:
            self._stopped = True
        for one in self._everyone():
            one.end("the server is being stopped")

    def heard(self, event: Event) -> None:
        """A live automation took a request: whoever listens to it gets a copy."""
        listening = self._of(event.tenant, event.automation_id)
        if listening:
            capture = Capture(lambda: self._save(event))
            for one in listening:
                one.hear(capture)

    def refused(self, tenant: str, automation_id: str, rejected: Rejected) -> None:
        """A live automation refused a request: whoever listens to it is told why."""
        for one in self._of(tenant, automation_id):
            one.refuse(rejected)

    def answered(self, tenant: str, automation_id: str, answered: Answered) -> None:
        """A trigger answered a request by itself: whoever listens to it is told."""
        for one in self._of(tenant, automation_id):
            one.answer(answered)

    def take(self, tenant: str, path: str, request: InboundRequest) -> Reply | None:
        """The answer to a request that no live automation takes; None when no draft does either.

        It is verified as the draft's trigger says, and kept as a sample before it is answered.
        """
        for one in self._everyone():
            if one.tenant != tenant:
                continue
            fit = path_pattern(one.webhook.path).fullmatch(path.strip("/"))
            if fit is None:
                continue
            if request.method == "OPTIONS":
                allowed = one.webhook.preflight(request)
                return None if allowed is None else Answer(204, allowed, b"")
            if request.method in one.webhook.methods:
                return self._take(one, request, fit.groupdict())
        return None

    def _take(self, one: Listening, request: InboundRequest, params: Mapping[str, str]) -> Reply:
        tools = self._tools
        secrets, now = tools.vault.of(one.tenant), tools.clock.now()
        received = one.webhook.receive(
            request,
            params,
            secrets,
            lambda presented: tools.keyring.may_trigger(one.tenant, presented),
            now,
        )
        cors = one.webhook.cors_headers(request)
        if isinstance(received, Rejected):
            return self._reject(one, request, received)
        if isinstance(received, Answered):
            self.answered(one.tenant, one.automation_id, received)
            self._log(one, request, received.status, None)
            return Answer(received.status, (*received.headers, *cors), received.body)
        return self._capture(one, request, received, cors)

    def _capture(
        self,
        one: Listening,
        request: InboundRequest,
        received: Received,
        cors: tuple[tuple[str, str], ...],
    ) -> JsonReply | Problem:
        masker, now = self._tools.vault.of(one.tenant).masker, self._tools.clock.now()
        event = event_of_request(one.tenant, one.automation_id, request, received, masker, now)
        capture = Capture(lambda: self._save(event))
        try:
            sample = capture.sample()
        except PenstockError as error:
            return self._reject(one, request, Rejected(503, "Not captured", str(error)))
        self._log(one, request, 202, None)
        for listening in self._of(one.tenant, one.automation_id):
            listening.hear(capture)
        return JsonReply(202, {"status": "captured", "sample_id": sample.id}, cors)

    def _reject(self, one: Listening, request: InboundRequest, rejected: Rejected) -> Problem:
        self.refused(one.tenant, one.automation_id, rejected)
        self._log(one, request, rejected.status, rejected.internal or rejected.detail)
        faults = tuple(Fault(path, message) for path, message in rejected.faults)
        cors = one.webhook.cors_headers(request)
        headers = (*rejected.headers, *cors)
        return Problem(rejected.status, rejected.title, rejected.detail, faults, headers)

    def _log(self, one: Listening, request: InboundRequest, status: int, error: str | None) -> None:
        masker, now = self._tools.vault.of(one.tenant).masker, self._tools.clock.now()
        where = (one.tenant, one.automation_id)
        entry = unstored_entry(*where, request, status, error, masker, now)
        self._tools.store.commit_later([self._tools.store.requests.insert(entry)])

    def _save(self, event: Event) -> Sample:
        name, content = capture_name(event), event_json(event)
        samples, source = self._tools.samples, SampleSource.CAPTURED
        return samples.save(event.tenant, event.automation_id, name, content, source)

    def _of(self, tenant: str, automation_id: str) -> list[Listening]:
        return [
            one
            for one in self._everyone()
            if one.tenant == tenant and one.automation_id == automation_id
        ]

    def _everyone(self) -> list[Listening]:
        with self._lock:
            return [one for one in self._open if one.place.is_held]

    def _remove(self, listening: Listening) -> None:
        listening.place.give_back()
        with self._lock:
            self._open = [one for one in self._open if one is not listening]
            self.any = bool(self._open)
