"""A request that no live automation takes, but a draft that somebody listens with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from core.errors import Fault, PenstockError
from core.http import Headers, InboundRequest
from core.outcomes import Answer
from core.webhooks import Answered, Received, Rejected
from engine.arrival import event_of_request, unstored_entry
from engine.replies import JsonReply, Problem
from engine.trying.listen_tools import ListenTools
from engine.trying.listening import Hearer, ListenEvent, own_answer, refusal

CAPTURED = 202

Reply = Answer | JsonReply | Problem

Hearers = Callable[[str, str], Sequence[Hearer]]
"""From a tenant and an automation to whoever listens to it."""


class DraftRequests:
    """Verifies each as the draft's trigger says, and keeps it before it is answered."""

    def __init__(self, tools: ListenTools, hearers: Hearers) -> None:
        self._tools = tools
        self._hearers = hearers

    def take(self, one: Hearer, request: InboundRequest, params: Mapping[str, str]) -> Reply:
        """The answer to a request that fits the draft of this listener."""
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
            self._tell(one, own_answer(received))
            self._log(one, request, received.status, None)
            return Answer(received.status, (*received.headers, *cors), received.body)
        return self._capture(one, request, received, cors)

    def _capture(
        self, one: Hearer, request: InboundRequest, received: Received, cors: Headers
    ) -> JsonReply | Problem:
        masker, now = self._tools.vault.of(one.tenant).masker, self._tools.clock.now()
        event = event_of_request(one.tenant, one.automation_id, request, received, masker, now)
        capture = self._tools.capture(event)
        try:
            sample = capture.sample()
        except PenstockError as error:
            return self._reject(one, request, Rejected(503, "Not captured", str(error)))
        self._log(one, request, CAPTURED, None)
        for hearer in self._hearers(one.tenant, one.automation_id):
            hearer.hear(capture)
        return JsonReply(CAPTURED, {"status": "captured", "sample_id": sample.id}, cors)

    def _reject(self, one: Hearer, request: InboundRequest, rejected: Rejected) -> Problem:
        self._tell(one, refusal(rejected))
        self._log(one, request, rejected.status, rejected.internal or rejected.detail)
        faults = tuple(Fault(path, message) for path, message in rejected.faults)
        cors = one.webhook.cors_headers(request)
        headers = (*rejected.headers, *cors)
        return Problem(rejected.status, rejected.title, rejected.detail, faults, headers)

    def _tell(self, one: Hearer, event: ListenEvent) -> None:
        for hearer in self._hearers(one.tenant, one.automation_id):
            hearer.tell(event)

    def _log(self, one: Hearer, request: InboundRequest, status: int, error: str | None) -> None:
        masker, now = self._tools.vault.of(one.tenant).masker, self._tools.clock.now()
        where = (one.tenant, one.automation_id)
        entry = unstored_entry(*where, request, status, error, masker, now)
        if status == CAPTURED:
            self._tools.store.commit_later([self._tools.store.requests.insert(entry)])
        else:
            # As with what is live: strangers must not fill the log.
            self._tools.rejections.note(entry)
