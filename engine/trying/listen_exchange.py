"""Listening in several processes over one store: who listens is told to all, and what was heard.

The store holds a row for each listening, which its process renews, and one for everything that
another process heard for it (docs/decisions/0019-listening-everywhere.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any

from core.clock import Milliseconds
from core.ids import new_id
from core.listenings import Heard, StoredListening
from engine.trying.elsewhere import CAPTURED, LOST, Elsewhere
from engine.trying.listen_tools import ListenTools
from engine.trying.listening import Capture, ListenEvent, Listening
from engine.trying.outgoing import Outgoing

RENEWED_FOR: Milliseconds = 15_000
"""How long a listening goes on of which its process says nothing."""
KNOWN_AFTER: Milliseconds = 1_250
"""How long after it was stored every process has looked, where none is late."""


@dataclass(frozen=True, slots=True)
class _Own:
    """A listening of this process, and when all others know of it."""

    listening: Listening
    known_at: Milliseconds


class ListenExchange:
    """Makes the listenings of this process known to others, and theirs to this one.

    One thread calls `look`, `collect`, `renew` and `send`. `changed` is called when others began
    or ended.
    """

    def __init__(self, tools: ListenTools, changed: Callable[[], None]) -> None:
        holder = new_id()
        self._tools = tools
        self._holder = holder
        self._outgoing = Outgoing(tools.store)
        self._lock = Lock()
        self._own: dict[str, _Own] = {}
        self.elsewhere = Elsewhere(tools, holder, self._outgoing, changed)
        self.stirred = self._outgoing.stirred
        self.look, self.send = self.elsewhere.look, self._outgoing.send

    def begin(self, listening: Listening, trigger: Mapping[str, Any]) -> None:
        """Stores a listening of this process, which begins when others know of it.

        Raises StorageUnavailable.
        """
        now = self._tools.clock.now()
        stored = StoredListening(
            id=listening.id,
            tenant=listening.tenant,
            automation_id=listening.automation_id,
            holder=self._holder,
            trigger=trigger,
            until=now + RENEWED_FOR,
        )
        self._tools.store.commit([self._tools.store.listenings.begin(stored)])
        with self._lock:
            self._own[listening.id] = _Own(listening, self._tools.clock.now() + KNOWN_AFTER)

    def end(self, listening: Listening) -> None:
        """Has it removed, with all that was heard for it. A second time changes nothing."""
        with self._lock:
            own = self._own.pop(listening.id, None)
        if own is not None:
            ending = self._tools.store.listenings.end
            self._outgoing.put(partial(ending, listening.tenant, listening.id))

    def collect(self) -> None:
        """Gives listeners here what others heard for them. Raises StorageUnavailable.

        While nobody listens here it asks nobody.
        """
        own = self._open()
        if not own:
            return
        now, listenings = self._tools.clock.now(), self._tools.store.listenings
        for one in own.values():
            if one.known_at <= now:
                one.listening.begin()
        heard = listenings.heard(list(own))
        if heard:
            self._tools.store.commit([listenings.forget(one) for one in heard])
            for told in heard:
                self._pass_on(own[told.listening_id].listening, told)

    def renew(self) -> None:
        """Lets the listenings of this process go on. Raises StorageUnavailable."""
        if own := self._open():
            renew, until = self._tools.store.listenings.renew, self._tools.clock.now() + RENEWED_FOR
            writes = [renew(one.listening.tenant, name, until) for name, one in own.items()]
            self._tools.store.commit(writes)

    def _open(self) -> Mapping[str, _Own]:
        """The listenings of this process that go on; those whose time is over are removed."""
        with self._lock:
            own = dict(self._own)
        for one in own.values():
            if not one.listening.still_listens():
                self.end(one.listening)
        return {name: one for name, one in own.items() if one.listening.still_listens()}

    def _pass_on(self, listening: Listening, heard: Heard) -> None:
        if heard.name == CAPTURED:
            get, sample_id = self._tools.samples.get, heard.data["sample_id"]
            where = (listening.tenant, listening.automation_id)
            listening.hear(Capture(partial(get, *where, sample_id)))
        elif heard.name == LOST:
            listening.lose(heard.data["detail"])
        else:
            listening.tell(ListenEvent(heard.name, heard.data))
