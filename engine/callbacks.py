"""What is posted to the one-time address of a waiting step."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from core import log_context
from core.clock import Clock, to_rfc3339
from core.errors import GuardMissed, InvalidError, JsonError, StorageUnavailable
from core.http import BodyIncomplete, BodyTooLarge, InboundRequest
from core.model import RequestEntry, Run
from core.signals import Signal
from core.size import TooLarge, check_size
from core.states import RUN_ENDS, STEP_ENDS
from core.store import Store
from engine.arrival import unstored_entry
from engine.links import CALLBACK, Links
from engine.rejections import Rejections
from engine.replies import JsonReply, Problem
from engine.surroundings import ParseBody
from engine.transitions import Transitions
from engine.vault import Vault

MOST_BYTES = 256 << 10
"""The longest body of a callback."""
SHOWN_PATH = "/callback/[masked]"
"""What the log shows of an address that works once for whoever has it."""

logger = logging.getLogger(__name__)


class CallbackService:
    """Takes callbacks: the first counts, and wakes the run."""

    def __init__(
        self,
        store: Store,
        transitions: Transitions,
        links: Links,
        vault: Vault,
        parse_body: ParseBody,
        rejections: Rejections,
        clock: Clock,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._transitions = transitions
        self._links = links
        self._vault = vault
        self._parse_body = parse_body
        self._rejections = rejections
        self._clock = clock
        self._wake = wake

    def receive(self, token: str, request: InboundRequest) -> JsonReply | Problem:
        """The answer to `/callback/<token>`. Raises nothing a client can cause."""
        parts = self._links.read(CALLBACK, token)
        if parts is None or len(parts) != 3:
            return Problem(404, "Not found", "This is no address of a callback.")
        tenant, run_id, step_id = parts
        try:
            return self._take(tenant, run_id, step_id, request)
        except StorageUnavailable as error:
            told_of = log_context.of(tenant, run_id, step_id)
            words = "a callback of tenant %s could not be stored: %s"
            logger.error(words, tenant, error, extra=told_of)
            return Problem(502, "Not stored", "The callback could not be stored; send it again.")

    def _take(
        self, tenant: str, run_id: str, step_id: str, request: InboundRequest
    ) -> JsonReply | Problem:
        run = self._store.runs.get(tenant, run_id)
        if run is None or self._is_over(run, step_id):
            return self._refuse(tenant, run, request, _OVER)
        posted = self._posted(tenant, request)
        if isinstance(posted, Problem):
            return self._refuse(tenant, run, request, posted)
        return self._tell(run, step_id, request, posted)

    def _is_over(self, run: Run, step_id: str) -> bool:
        if run.status in RUN_ENDS:
            return True
        entries = self._store.runs.journal(run.tenant, run.id, [step_id])
        return any(step.status in STEP_ENDS for step in entries)

    def _posted(self, tenant: str, request: InboundRequest) -> Mapping[str, Any] | Problem:
        try:
            raw = request.read_body(MOST_BYTES)
            content_type = request.headers.get("content-type", "")
            body = self._parse_body(request.method, content_type, raw)
            check_size(body)
        except BodyTooLarge:
            return Problem(413, "Content Too Large", f"A callback has at most {MOST_BYTES} bytes.")
        except BodyIncomplete:
            return Problem(400, "Bad Request", "The body ended before its announced length.")
        except (InvalidError, JsonError, TooLarge) as error:
            return Problem(400, "Bad Request", str(error))
        masker = self._vault.of(tenant).masker
        return {
            "body": body,
            "headers": dict(masker.mask_headers(request.headers.items())),
            "query": dict(request.query),
            "received_at": to_rfc3339(self._clock.now()),
        }

    def _tell(
        self, run: Run, step_id: str, request: InboundRequest, posted: Mapping[str, Any]
    ) -> JsonReply | Problem:
        now = self._clock.now()
        # Named after the step: of several callbacks of one step the store takes the first.
        signal = Signal(f"callback.{step_id}", run.tenant, run.id, step_id, now, posted)
        entry = self._entry(run, request, 200, None)
        wake = self._transitions.signal(run.tenant, run.id, now)
        writes = [self._store.signals.insert(signal, once=True), wake]
        try:
            self._store.commit([*writes, self._store.requests.insert(entry)])
        except GuardMissed:
            return self._refuse(run.tenant, run, request, _OVER)
        self._wake()
        return JsonReply(200, {"status": "accepted", "run_id": run.id})

    def _refuse(
        self, tenant: str, run: Run | None, request: InboundRequest, problem: Problem
    ) -> Problem:
        if run is not None:
            entry = self._entry(run, request, problem.status, problem.detail)
            self._rejections.note(entry)
        return problem

    def _entry(
        self, run: Run, request: InboundRequest, status: int, error: str | None
    ) -> RequestEntry:
        masker, now = self._vault.of(run.tenant).masker, self._clock.now()
        shown = replace(request, path=SHOWN_PATH)
        entry = unstored_entry(run.tenant, run.automation_id, shown, status, error, masker, now)
        return replace(entry, run_id=run.id)


_OVER = Problem(
    410, "Gone", "Nobody waits here any more: it was answered, has expired, or its run has ended."
)
