"""Who listens in other processes, as far as this one has looked, and how they hear of requests."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from threading import Lock

from core.clock import Milliseconds
from core.errors import PenstockError, StorageUnavailable, UnstorableError
from core.ids import new_id
from core.listenings import Heard, StoredListening
from core.webhooks import WebhookTrigger
from core.writes import Write
from engine.trying.listen_tools import ListenTools
from engine.trying.listening import MOST_UNREAD, Capture, ListenEvent
from engine.trying.outgoing import Outgoing

KEPT: Milliseconds = 600_000
"""How long what was heard is kept for whoever listens: longer than anybody does."""

CAPTURED, LOST = "captured", "lost"
"""What becomes of a request that was taken: its sample's id follows, or why there is none."""

logger = logging.getLogger(__name__)


class ListeningElsewhere:
    """One listener of another process."""

    def __init__(
        self, stored: StoredListening, webhook: WebhookTrigger, elsewhere: Elsewhere
    ) -> None:
        self.id = stored.id
        self.tenant = stored.tenant
        self.automation_id = stored.automation_id
        self.webhook = webhook
        self._elsewhere = elsewhere
        self._told = 0

    def still_listens(self) -> bool:
        """Whether it has not ended since this process looked. Raises StorageUnavailable."""
        return self._elsewhere.still_listens(self)

    def hear(self, capture: Capture) -> None:
        """A request was taken; further ones are not for this listener."""
        self._elsewhere.hear(self, capture)

    def tell(self, event: ListenEvent) -> None:
        """Something was heard that is no capture; of one process no more than can be read."""
        if self._told < MOST_UNREAD:
            self._told += 1
            self._elsewhere.tell(self, event)


class Elsewhere:
    """The listeners of all other processes. `open` is replaced by each look that finds others."""

    def __init__(
        self, tools: ListenTools, holder: str, outgoing: Outgoing, changed: Callable[[], None]
    ) -> None:
        self.open: tuple[ListeningElsewhere, ...] = ()
        self._tools = tools
        self._holder = holder
        self._outgoing = outgoing
        self._changed = changed
        self._lock = Lock()
        self._left_out: set[str] = set()

    def look(self) -> None:
        """Reads who listens now. Raises StorageUnavailable."""
        listenings = self._tools.store.listenings
        ids = set(listenings.elsewhere(self._holder, self._tools.clock.now()))
        unknown = ids - {one.id for one in self.open} - self._left_out
        found = self._opened(listenings.some(sorted(unknown)) if unknown else ())
        with self._lock:
            self._left_out &= ids
            known = [one for one in (*self.open, *found) if one.id in ids - self._left_out]
            self.open = tuple(known)
        self._changed()

    def still_listens(self, one: ListeningElsewhere) -> bool:
        """Whether it is open now, which is forgotten when it is not. Raises StorageUnavailable."""
        now = self._tools.clock.now()
        is_open = self._tools.store.listenings.is_open(one.tenant, one.id, now)
        if not is_open:
            self._leave_out(one)
        return is_open

    def hear(self, one: ListeningElsewhere, capture: Capture) -> None:
        """Has a capture kept, and its listener told of it. Here the listening is over."""
        self._leave_out(one)
        self._outgoing.put(partial(self._captured, one, capture, new_id()))

    def tell(self, one: ListeningElsewhere, event: ListenEvent) -> None:
        """Has a listener told of what is no capture."""
        self._outgoing.put(partial(self._told, one, event, new_id()))

    def _opened(self, stored: Iterable[StoredListening]) -> list[ListeningElsewhere]:
        found = []
        for one in stored:
            try:
                webhook = self._tools.trigger(one.trigger).webhook
            except PenstockError as error:
                logger.warning("nothing is heard for a listener elsewhere: %s", error)
                webhook = None
            if webhook is None:
                with self._lock:
                    self._left_out.add(one.id)
            else:
                found.append(ListeningElsewhere(one, webhook, self))
        return found

    def _leave_out(self, one: ListeningElsewhere) -> None:
        with self._lock:
            self._left_out.add(one.id)
            self.open = tuple(other for other in self.open if other is not one)
        self._changed()

    def _captured(
        self, one: ListeningElsewhere, capture: Capture, heard_id: str
    ) -> Sequence[Write]:
        # It may have ended since the last look: nobody needs a sample then that nobody has seen.
        if not self.still_listens(one):
            return ()
        closing = self._tools.store.listenings.close(one.tenant, one.id)
        return [closing, *self._told(one, _kept(capture), heard_id)]

    def _told(self, one: ListeningElsewhere, event: ListenEvent, heard_id: str) -> Sequence[Write]:
        data = self._tools.vault.of(one.tenant).masker.mask_json(event.data)
        kept_until = self._tools.clock.now() + KEPT
        heard = Heard(heard_id, one.tenant, one.id, event.name, data, kept_until)
        return [self._tools.store.listenings.tell(heard)]


def _kept(capture: Capture) -> ListenEvent:
    """What became of a capture. Raises StorageUnavailable when that cannot be told yet."""
    try:
        return ListenEvent(CAPTURED, {"sample_id": capture.sample().id})
    except UnstorableError as error:
        return ListenEvent(LOST, {"detail": str(error)})
    except StorageUnavailable:
        raise
    except PenstockError as error:
        return ListenEvent(LOST, {"detail": str(error)})
