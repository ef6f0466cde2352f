"""A request that nobody sent, and the event a trigger would make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from core.clock import Milliseconds
from core.errors import Fault, InvalidError
from core.http import InboundRequest
from core.masking import Masker
from core.model import Document, Event
from core.webhooks import Answered, Rejected, WebhookTrigger
from engine.arrival import Automaton, make_event
from engine.routes import path_pattern


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


def simulated_event(
    automaton: Automaton,
    webhook: WebhookTrigger,
    sample: Sample,
    masker: Masker,
    now: Milliseconds,
) -> Event:
    """The event of a sample. Raises InvalidError when the trigger would not take such a request.

    The trigger is one that lets everybody in (`open_to_all`).
    """
    request = _request(automaton.tenant, webhook, sample)
    params = _params(webhook, sample)
    received = webhook.receive(request, params, _NoSecrets(), lambda _presented: 200, now)
    if isinstance(received, Rejected):
        faults = [Fault(path, message) for path, message in received.faults]
        raise InvalidError(f"the trigger refuses it: {received.detail}", faults)
    if isinstance(received, Answered):
        raise InvalidError(f"the trigger answers it by itself: {received.detail}")
    return make_event(automaton, request, received, masker, now)


class _NoSecrets:
    """What a trigger that lets everybody in asks of secrets: nothing."""

    def reveal(self, _name: str) -> str | None:
        return None


def open_to_all(document: Document) -> Document:
    """The document with a trigger that asks nobody who they are or where they come from."""
    trigger = document["trigger"]
    if trigger["type"] != "webhook":
        return document
    configuration = {**trigger["with"], "auth": {"type": "none"}}
    configuration.pop("allow_ips", None)
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
