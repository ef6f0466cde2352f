"""A simulated event: stored as its request would have been, for whoever executes to take up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from core.clock import Clock
from core.errors import ConflictError, Fault, InvalidError, NotFoundError
from core.http import InboundRequest
from core.masking import Masker
from core.model import Document, Event, Run
from core.spec import Rejected, WebhookTrigger
from engine.arrival import Automaton, make_event, make_run
from engine.automations import AutomationDetail
from engine.compiler import Compiler
from engine.plan import Plan
from engine.routes import path_pattern
from engine.service import Service
from engine.transitions import Transitions


@dataclass(frozen=True, slots=True)
class Sample:
    """A request to simulate. `path` lies below the tenant's trigger URL; None takes the trigger's.

    A `body` that is a text goes as it is, anything else as JSON.
    """

    body: Any
    method: str | None = None
    path: str | None = None
    query: Mapping[str, Any] | None = None
    headers: Mapping[str, str] | None = None


class Simulator:
    """Simulates events for a tenant's live automations. Nobody has to prove who sends them."""

    def __init__(self, service: Service, compiler: Compiler, clock: Clock) -> None:
        self._service = service
        self._compiler = compiler
        self._clock = clock

    def send(self, tenant: str, automation_id: str, sample: Sample) -> tuple[Event, Run]:
        """Stores the event of a sample with a queued run of it.

        Raises NotFoundError, ConflictError when the automation is disabled, and InvalidError when
        the trigger would not take such a request.
        """
        detail = self._service.automations.get(tenant, automation_id)
        plan, version = self._live(detail)
        if plan.webhook is None:
            return self._service.runs.start(tenant, automation_id, sample.body)
        automaton = Automaton(tenant, automation_id, version, plan)
        event = self._event(automaton, plan.webhook, sample)
        run = make_run(automaton, event, event.received_at)
        store = self._service.store
        store.commit([store.events.insert(event), Transitions(store.runs).start(run)])
        return event, run

    def _live(self, detail: AutomationDetail) -> tuple[Plan, int]:
        automation = detail.automation
        if automation.published is None or detail.published is None:
            raise NotFoundError(f"automation {automation.id} is not published")
        if not automation.enabled:
            raise ConflictError(f"automation {automation.id} is disabled")
        return self._compiler.compile(_open_to_all(detail.published)), automation.published

    def _event(self, automaton: Automaton, webhook: WebhookTrigger, sample: Sample) -> Event:
        now = self._clock.now()
        masker = Masker(self._service.store.secrets.reveal_all(automaton.tenant))
        request = _request(automaton.tenant, webhook, sample)
        params = _params(webhook, sample)
        received = webhook.receive(request, params, _NoSecrets(), lambda _presented: 200, now)
        if isinstance(received, Rejected):
            faults = [Fault(path, message) for path, message in received.faults]
            raise InvalidError(f"the trigger refuses it: {received.detail}", faults)
        return make_event(automaton, request, received, masker, now)


class _NoSecrets:
    """What a trigger that lets everybody in asks of secrets: nothing."""

    def reveal(self, _name: str) -> str | None:
        return None


def _open_to_all(document: Document) -> Document:
    """The document with a trigger that asks nobody who they are."""
    trigger = document["trigger"]
    if trigger["type"] != "webhook":
        return document
    configuration = {**trigger["with"], "auth": {"type": "none"}}
    return {**document, "trigger": {**trigger, "with": configuration}}


def _request(tenant: str, webhook: WebhookTrigger, sample: Sample) -> InboundRequest:
    methods = sorted(webhook.methods, key=lambda method: (method != "POST", method))
    raw = sample.body.encode() if isinstance(sample.body, str) else orjson.dumps(sample.body)
    headers = {name.lower(): value for name, value in (sample.headers or {}).items()}
    if not isinstance(sample.body, str):
        headers.setdefault("content-type", "application/json")
    path = webhook.path if sample.path is None else sample.path
    return InboundRequest(
        method=sample.method or methods[0],
        path=f"/hooks/{tenant}/{path.strip('/')}",
        query=sample.query or {},
        headers=headers,
        remote_address="",
        read_body=lambda _most: raw,
    )


def _params(webhook: WebhookTrigger, sample: Sample) -> Mapping[str, str]:
    """What the `{name}` segments of the trigger's path hold; nothing without a path."""
    if sample.path is None:
        return {}
    fit = path_pattern(webhook.path).fullmatch(sample.path.strip("/"))
    if fit is None:
        words = f"does not fit the trigger's path {webhook.path}"
        raise InvalidError("the sample cannot be sent", [Fault("$.path", words)])
    return fit.groupdict()
