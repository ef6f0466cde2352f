"""Who listens for requests, here or in other processes, and what becomes of them meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

from core.errors import BusyError, ConflictError, PenstockError
from core.http import InboundRequest
from core.model import Event
from core.outcomes import Answer
from core.webhooks import Answered, Rejected, WebhookTrigger
from engine.drafts.draft import mapping
from engine.routes import path_pattern
from engine.trying.draft_requests import DraftRequests, Reply
from engine.trying.listen_exchange import ListenExchange
from engine.trying.listen_tools import ListenTools
from engine.trying.listening import (
    LONGEST_SECONDS,
    Hearer,
    ListenEvent,
    Listening,
    own_answer,
    refusal,
)
from engine.trying.places import Places
from engine.trying.tick_listening import TickListening, next_tick_sample

MOST_LISTENERS = 32
"""Listeners of a process; each holds threads of the server."""
MOST_OF_A_USER = 4


class Listeners:
    """The listeners. `any` is all that a request costs while nobody listens.

    `exchange` connects those of several processes that share the store, if they do.
    """

    def __init__(self, tools: ListenTools, *, shared: bool) -> None:
        self.any = False
        self.exchange = ListenExchange(tools, self._note) if shared else None
        self._tools = tools
        self._places = Places(tools.clock, "listeners", MOST_LISTENERS, MOST_OF_A_USER)
        self._drafts = DraftRequests(tools, self._of)
        self._lock = Lock()
        self._open: list[Listening] = []
        self._stopped = False

    def listen(
        self, tenant: str, automation_id: str, document: Any, *, user: str
    ) -> Listening | TickListening:
        """Lets a user listen for the next request of an automation, for 10 minutes at most.

        Where a schedule starts it, the next tick is there at once. Raises InvalidError when the
        draft's trigger has faults, ConflictError when nothing can be heard of its kind, BusyError
        when too many listen, StorageUnavailable. It must be closed.
        """
        trigger = mapping(mapping(document).get("trigger"))
        compiled = self._tools.trigger(trigger)
        if compiled.schedule is not None:
            tools, schedule = self._tools, compiled.schedule
            return TickListening(
                next_tick_sample(tools.samples, tenant, automation_id, schedule, tools.clock)
            )
        if compiled.webhook is None:
            raise ConflictError(
                "only an automation that a webhook or a schedule starts can be listened to"
            )
        listening = self._listening(tenant, automation_id, compiled.webhook, user)
        try:
            self._begin(listening, trigger)
        except PenstockError:
            listening.close()
            raise
        return listening

    def _listening(
        self, tenant: str, automation_id: str, webhook: WebhookTrigger, user: str
    ) -> Listening:
        place = self._places.take(user, self._tools.clock.now() + round(LONGEST_SECONDS * 1000))
        return Listening(tenant, automation_id, webhook, place, self._remove)

    def _begin(self, listening: Listening, trigger: Mapping[str, Any]) -> None:
        if self.exchange is None:
            listening.begin()
        else:
            self.exchange.begin(listening, trigger)
        with self._lock:
            if self._stopped:
                raise BusyError("the server is being stopped; listen again in a moment")
            self._open = [one for one in self._open if one.place.is_held]
            self._open.append(listening)
        self._note()

    def stop(self) -> None:
        """Ends every listening: the server is being stopped, and nobody new may begin."""
        with self._lock:
            self._stopped = True
        for one in self._here():
            one.end("the server is being stopped")

    def heard(self, event: Event) -> None:
        """A live automation took a request: whoever listens to it gets a copy."""
        hearers = self._of(event.tenant, event.automation_id)
        if hearers:
            capture = self._tools.capture(event)
            for one in hearers:
                one.hear(capture)

    def refused(self, tenant: str, automation_id: str, rejected: Rejected) -> None:
        """A live automation refused a request: whoever listens to it is told why."""
        self._tell(tenant, automation_id, refusal(rejected))

    def answered(self, tenant: str, automation_id: str, answered: Answered) -> None:
        """A trigger answered a request by itself: whoever listens to it is told."""
        self._tell(tenant, automation_id, own_answer(answered))

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
            if request.method in one.webhook.methods and one.still_listens():
                return self._drafts.take(one, request, fit.groupdict())
        return None

    def _tell(self, tenant: str, automation_id: str, event: ListenEvent) -> None:
        for one in self._of(tenant, automation_id):
            one.tell(event)

    def _of(self, tenant: str, automation_id: str) -> list[Hearer]:
        return [
            one
            for one in self._everyone()
            if one.tenant == tenant and one.automation_id == automation_id
        ]

    def _everyone(self) -> Sequence[Hearer]:
        here = self._here()
        return here if self.exchange is None else [*here, *self.exchange.elsewhere.open]

    def _here(self) -> list[Listening]:
        with self._lock:
            return [one for one in self._open if one.place.is_held]

    def _remove(self, listening: Listening) -> None:
        listening.place.give_back()
        with self._lock:
            self._open = [one for one in self._open if one is not listening]
        self._note()
        if self.exchange is not None:
            self.exchange.end(listening)

    def _note(self) -> None:
        """Somebody began or ended, here or elsewhere."""
        with self._lock:
            elsewhere = self.exchange is not None and bool(self.exchange.elsewhere.open)
            self.any = elsewhere or bool(self._open)
