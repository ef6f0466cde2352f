"""Listening for the next real request of an automation: what one listener is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any

from core.clock import to_rfc3339
from core.errors import PenstockError
from core.model import Event
from core.samples import Sample
from core.spec import Answered, Rejected, WebhookTrigger
from engine.trying.places import Place
from engine.trying.sample_json import sample_json

LONGEST_SECONDS = 600.0
MOST_UNREAD = 100
"""Events that are kept for a listener; further refusals and answers are not told."""

_NOBODY_CAME = "nothing came within 10 minutes"
_CAPTURED = "a request was captured"


@dataclass(frozen=True, slots=True)
class ListenEvent:
    """`waiting`, `refused`, `answered`, `captured` or `over`, with its data as JSON."""

    name: str
    data: Mapping[str, Any]


class Capture:
    """A request that came while somebody listened; it is kept as a sample once, by who asks."""

    def __init__(self, save: Callable[[], Sample]) -> None:
        self._save = save
        self._lock = Lock()
        self._sample: Sample | None = None

    def sample(self) -> Sample:
        """The sample. Raises what saving it raises."""
        with self._lock:
            if self._sample is None:
                self._sample = self._save()
            return self._sample


class Listening:
    """One listener; its events end with `over`, after a capture or when nobody came.

    `webhook` is the draft's trigger: it takes requests for which there is no live automation.
    Nothing is heard any more once its `place` is not held.
    """

    def __init__(
        self,
        tenant: str,
        automation_id: str,
        webhook: WebhookTrigger,
        place: Place,
        leave: Callable[[Listening], None],
    ) -> None:
        self.tenant = tenant
        self.automation_id = automation_id
        self.webhook = webhook
        self.place = place
        self._leave = leave
        self._last_moment = time.monotonic() + LONGEST_SECONDS
        self._heard: SimpleQueue[ListenEvent | Capture | None] = SimpleQueue()
        self._heard.put(ListenEvent("waiting", self._where()))
        self._over: str | None = None
        self._told_all = False

    def __iter__(self) -> Listening:
        return self

    def __next__(self) -> ListenEvent:
        if self._told_all:
            raise StopIteration
        if self._over is not None:
            self._told_all = True
            return ListenEvent("over", {"detail": self._over})
        heard = self._next_heard()
        if isinstance(heard, Capture):
            return self._captured(heard)
        if heard is not None:
            return heard
        self.end(_NOBODY_CAME)
        return next(self)

    def close(self) -> None:
        """Nobody listens any more."""
        self._leave(self)
        self._heard.put(None)

    def end(self, words: str) -> None:
        """It is over, whether or not something was heard."""
        self._over = self._over or words
        self.close()

    def hear(self, capture: Capture) -> None:
        """A request was taken; further ones are not for this listener."""
        self._leave(self)
        self._heard.put(capture)

    def refuse(self, rejected: Rejected) -> None:
        """A request was not taken, and why."""
        if self._heard.qsize() < MOST_UNREAD:
            words = rejected.internal or rejected.detail
            faults = [{"path": path, "message": message} for path, message in rejected.faults]
            data = {"status": rejected.status, "detail": words, "errors": faults}
            self._heard.put(ListenEvent("refused", data))

    def answer(self, answered: Answered) -> None:
        """A request was answered by the trigger itself, and is no event."""
        if self._heard.qsize() < MOST_UNREAD:
            data = {"status": answered.status, "detail": answered.detail}
            self._heard.put(ListenEvent("answered", data))

    def _next_heard(self) -> ListenEvent | Capture | None:
        try:
            return self._heard.get(timeout=max(self._last_moment - time.monotonic(), 0))
        except Empty:
            return None

    def _captured(self, capture: Capture) -> ListenEvent:
        try:
            sample = capture.sample()
        except PenstockError as error:
            self.end(f"the request came, but was not kept: {error}")
            return next(self)
        self.end(_CAPTURED)
        return ListenEvent("captured", {"sample": sample_json(sample)})

    def _where(self) -> Mapping[str, Any]:
        methods = sorted(self.webhook.methods)
        return {"path": f"/hooks/{self.tenant}/{self.webhook.path}", "methods": methods}


def capture_name(event: Event) -> str:
    """What a captured request is called until somebody gives it a better name."""
    return f"{event.method} {to_rfc3339(event.received_at)[:19].replace('T', ' ')}"
