"""The generic channel: an event for one automation, told by its id instead of by an address."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from core import log_context
from core.clock import Clock, Milliseconds
from core.errors import (
    ConflictError,
    Fault,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    PenstockError,
    StorageUnavailable,
)
from core.http import InboundRequest
from core.ids import new_id
from core.meters import Meters
from core.model import Event
from core.store import Store
from core.writes import Write
from engine.arrival import (
    Automaton,
    LoggedAnswer,
    inbound_entry,
    make_run,
    request_hash,
    unstored_entry,
)
from engine.catalog import Catalog, Live
from engine.inbound_replies import Reply
from engine.limits.limits import Limits
from engine.limits.quotas import EVENT_AND_RUN
from engine.limits.refusals import OverLimit
from engine.rejections import Rejections
from engine.repetitions import Repetitions
from engine.replies import JsonReply, Problem
from engine.settings import SettingsService
from engine.starter import Starter
from engine.vault import Vault

WINDOW: Milliseconds = 5 * 60_000
"""How long an idempotency key is remembered."""
UNNAMED = "event"
"""The type of an event that came without a name."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """What a program sends: the automation, the event's name where it has one, its payload."""

    automation_id: str
    event: str | None
    payload: Any


class Channel:
    """Takes in what programs send to `POST /api/v1/events`."""

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        vault: Vault,
        settings: SettingsService,
        limits: Limits,
        rejections: Rejections,
        starter: Starter,
        clock: Clock,
        meters: Meters,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._vault = vault
        self._settings = settings
        self._limits = limits
        self._rejections = rejections
        self._starter = starter
        self._clock = clock
        self._meters = meters
        self._repetitions = Repetitions(store.events)

    def send(
        self, tenant: str, message: Message, request: InboundRequest, raw: bytes, key: str | None
    ) -> Reply:
        """Stores the event and its run. `raw` is the request's body, `key` its idempotency key.

        Raises ForbiddenError while the channel is off or the automation disabled, NotFoundError,
        ConflictError for an automation that something else starts, InvalidError for a name it does
        not take, OverLimit for one too many; what is refused is in the request log. What cannot be
        stored is answered 502.
        """
        try:
            return self._send(tenant, message, request, raw, key)
        except StorageUnavailable as error:
            words, told_of = "an event of tenant %s could not be stored: %s", log_context.of(tenant)
            logger.error(words, tenant, error, extra=told_of)
            return Problem(502, "Not stored", "The event could not be stored; send it again later.")

    def _send(
        self, tenant: str, message: Message, request: InboundRequest, raw: bytes, key: str | None
    ) -> Reply:
        try:
            live = self._addressed(tenant, message)
            rate = live.plan.definition.limit
            fields = self._limits.gate.start(tenant, live.automation.id, rate)
            event = self._event(tenant, live, message, request, raw)
            reply = self._repetitions.take_once(
                event,
                key,
                request_hash(event),
                WINDOW,
                lambda beside: self._start(live, event, request, beside),
            )
        except StorageUnavailable:
            raise
        except PenstockError as error:
            self._log_refusal(tenant, message, request, error)
            raise
        return replace(reply, headers=(*reply.headers, *fields))

    def _addressed(self, tenant: str, message: Message) -> Live:
        if not self._settings.get(tenant)["channels"]["events"]:
            raise ForbiddenError("the generic channel is off; an admin can turn it on in Settings")
        live = self._catalog.of(tenant).live.get(message.automation_id)
        if live is None:
            raise NotFoundError(f"there is no published automation {message.automation_id}")
        if not live.automation.enabled:
            raise ForbiddenError(f"the automation {message.automation_id} is disabled")
        _check_name(live, message.event)
        return live

    def _event(
        self, tenant: str, live: Live, message: Message, request: InboundRequest, raw: bytes
    ) -> Event:
        masker = self._vault.of(tenant).masker
        return Event(
            id=new_id(),
            tenant=tenant,
            automation_id=live.automation.id,
            type=message.event or UNNAMED,
            received_at=self._clock.now(),
            method=request.method,
            path=request.path,
            query={},
            headers=dict(masker.mask_headers(request.headers.items())),
            params={},
            body=message.payload,
            raw=raw,
        )

    def _start(
        self, live: Live, event: Event, request: InboundRequest, beside: Sequence[Write]
    ) -> Reply:
        automaton = Automaton(event.tenant, live.automation.id, live.version, live.plan)
        run = make_run(automaton, event, event.received_at)
        payload = _accepted(event)
        duration = max(self._clock.now() - event.received_at, 0)
        json_type = {"Content-Type": "application/json"}
        answered = LoggedAnswer(202, json_type, orjson.dumps(payload), duration)
        entry = self._store.requests.insert(inbound_entry(event, run, request, answered))
        writes = [*beside, self._store.events.insert(event), entry]
        self._limits.quotas.within(
            event.tenant,
            EVENT_AND_RUN,
            lambda: self._starter.start(run, event, live.plan, writes),
        )
        self._meters.event_accepted()
        return JsonReply(202, payload)

    def _log_refusal(
        self, tenant: str, message: Message, request: InboundRequest, error: PenstockError
    ) -> None:
        status = _STATUSES.get(type(error), 422)
        masker, now = self._vault.of(tenant).masker, self._clock.now()
        entry = unstored_entry(
            tenant, message.automation_id, request, status, str(error), masker, now
        )
        self._rejections.note(entry)


_STATUSES: Mapping[type[PenstockError], int] = {
    ForbiddenError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    OverLimit: 429,
}


def _accepted(event: Event) -> Mapping[str, str]:
    automation_id = event.automation_id
    return {"message_id": event.id, "automation_id": automation_id, "status": "accepted"}


def _check_name(live: Live, name: str | None) -> None:
    trigger = live.plan.trigger
    if trigger is None or trigger.event is None:
        kind = live.plan.definition.trigger.type
        raise ConflictError(
            f"the automation {live.automation.id} is started by its trigger {kind}; the generic "
            "channel starts those whose trigger is event"
        )
    if not trigger.event.takes_addressed(name):
        words = "is missing" if name is None else f"{name} is not taken"
        known = ", ".join(trigger.event.names) or "none"
        fault = Fault("$.event", f"{words}; this automation takes: {known}")
        raise InvalidError("the event's name does not fit the automation's trigger", [fault])
