"""Listening for the next real request of an automation: what one listener is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any, Protocol

from core.clock import to_rfc3339
from core.errors import PenstockError
from core.ids import new_id
from core.model import Event
from core.samples import Sample
from core.webhooks import Answered, Rejected, WebhookTrigger
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


class Hearer(Protocol):
    """Who hears of requests to an automation: a listener of this process, or of another one."""

    @property
    def tenant(self) -> str:
        """Whose automation it is."""
        ...

    @property
    def automation_id(self) -> str:
        """What is listened to."""
        ...

    @property
    def webhook(self) -> WebhookTrigger:
        """The draft's trigger: it takes requests for which there is no live automation."""
        ...

    def still_listens(self) -> bool:
        """Whether somebody listens in this moment. Raises StorageUnavailable."""
        ...

    def hear(self, capture: Capture) -> None:
        """A request was taken; further ones are not for this listener."""
        ...

    def tell(self, event: ListenEvent) -> None:
        """A request was refused or answered: it goes on."""
        ...


class Listening:
    """One listener; its events end with `over`, after a capture or when nobody came.

    The first is `waiting`, once it has begun. Nothing is heard any more once its `place` is not
    held.
    """

    def __init__(
        self,
        tenant: str,
        automation_id: str,
        webhook: WebhookTrigger,
        place: Place,
        leave: Callable[[Listening], None],
    ) -> None:
        self.id = new_id()
        self.tenant = tenant
        self.automation_id = automation_id
        self.webhook = webhook
        self.place = place
        self._leave = leave
        self._last_moment = time.monotonic() + LONGEST_SECONDS
        self._heard: SimpleQueue[ListenEvent | Capture | None] = SimpleQueue()
        self._has_begun = False
        self._lock = Lock()
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

    def begin(self) -> None:
        """From now on a request is heard, wherever it comes in. A second time changes nothing."""
        with self._lock:
            if not self._has_begun:
                self._has_begun = True
                self._heard.put(ListenEvent("waiting", self._where()))

    def still_listens(self) -> bool:
        """Whether nothing was captured yet and the time is not over."""
        return self.place.is_held

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
        self.begin()
        self._leave(self)
        self._heard.put(capture)

    def lose(self, words: str) -> None:
        """A request was taken, but could not be kept."""
        self.end(f"the request came, but was not kept: {words}")

    def tell(self, event: ListenEvent) -> None:
        """Something was heard that is no capture, so that it goes on."""
        self.begin()
        if self._heard.qsize() < MOST_UNREAD:
            self._heard.put(event)

    def _next_heard(self) -> ListenEvent | Capture | None:
        try:
            return self._heard.get(timeout=max(self._last_moment - time.monotonic(), 0))
        except Empty:
            return None

    def _captured(self, capture: Capture) -> ListenEvent:
        try:
            sample = capture.sample()
        except PenstockError as error:
            self.lose(str(error))
            return next(self)
        self.end(_CAPTURED)
        return ListenEvent("captured", {"sample": sample_json(sample)})

    def _where(self) -> Mapping[str, Any]:
        methods = sorted(self.webhook.methods)
        return {"path": f"/hooks/{self.tenant}/{self.webhook.path}", "methods": methods}


def refusal(rejected: Rejected) -> ListenEvent:
    """A request was not taken, and why."""
    words = rejected.internal or rejected.detail
    faults = [{"path": path, "message": message} for path, message in rejected.faults]
    return ListenEvent("refused", {"status": rejected.status, "detail": words, "errors": faults})


def own_answer(answered: Answered) -> ListenEvent:
    """A request was answered by the trigger itself, and is no event."""
    return ListenEvent("answered", {"status": answered.status, "detail": answered.detail})


def capture_name(event: Event) -> str:
    """What a captured request is called until somebody gives it a better name."""
    return f"{event.method} {to_rfc3339(event.received_at)[:19].replace('T', ' ')}"
