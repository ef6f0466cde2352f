"""Who listens for a request, and the port by which every process of an installation knows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.clock import Milliseconds
from core.writes import Write


@dataclass(frozen=True, slots=True)
class StoredListening:
    """One listening of the process `holder`, which renews `until` as long as it goes on.

    `trigger` is the draft's, as it stands in the document; it has no faults.
    """

    id: str
    tenant: str
    automation_id: str
    holder: str
    trigger: Mapping[str, Any]
    until: Milliseconds


@dataclass(frozen=True, slots=True)
class Heard:
    """What another process heard for a listening: the event's name and its data, masked."""

    id: str
    tenant: str
    listening_id: str
    name: str
    data: Mapping[str, Any]
    kept_until: Milliseconds


class Listenings(Protocol):
    """The listenings of all processes, and what is on its way to them."""

    def begin(self, listening: StoredListening) -> Write:
        """Lets the others know of a listening."""
        ...

    def renew(self, tenant: str, listening_id: str, until: Milliseconds) -> Write:
        """It goes on; nothing happens to one that is closed."""
        ...

    def close(self, tenant: str, listening_id: str) -> Write:
        """Nobody hears anything for it any more; what was heard stays."""
        ...

    def end(self, tenant: str, listening_id: str) -> Sequence[Write]:
        """Removes it with all that was heard for it."""
        ...

    def is_open(self, tenant: str, listening_id: str, now: Milliseconds) -> bool:
        """Whether somebody listens still."""
        ...

    def elsewhere(self, holder: str, now: Milliseconds) -> Sequence[str]:
        """The ids of all that are open now but those of this holder, of whichever tenant."""
        ...

    def some(self, listening_ids: Sequence[str]) -> Sequence[StoredListening]:
        """Several by their ids, of whichever tenant; those that are not there are left out."""
        ...

    def tell(self, heard: Heard) -> Write:
        """Keeps what was heard for whoever listens; a second time changes nothing."""
        ...

    def heard(self, listening_ids: Sequence[str]) -> Sequence[Heard]:
        """What was heard for these listenings, of whichever tenant, in the order of the ids."""
        ...

    def forget(self, heard: Heard) -> Write:
        """It has been told."""
        ...
