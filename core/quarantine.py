"""Keys whose runs keep failing, and the events that are held for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.clock import Milliseconds
from core.event_keys import EventKey
from core.model import Page, Run
from core.platform_events import PlatformEvent
from core.writes import ListQuery, Write


@dataclass(frozen=True, slots=True)
class KeyFailure:
    """A run of a key that failed or was halted. `id` is the row's where there is none yet."""

    id: str
    key: EventKey
    run_id: str
    error: str | None
    at: Milliseconds


@dataclass(frozen=True, slots=True)
class QuarantinedKey:
    """A key whose events are held.

    `failures` are its runs that went wrong since the last that succeeded, the first at
    `failing_since` and the last, `run_id`, with `error`. `held` counts the events that wait.
    """

    id: str
    key: EventKey
    failures: int
    failing_since: Milliseconds
    run_id: str
    error: str | None
    held_at: Milliseconds
    held: int


@dataclass(frozen=True, slots=True)
class QuarantineFilter:
    """Which keys; None means any."""

    automation_id: str | None = None
    key: str | None = None


class Quarantine(Protocol):
    """Failures by key, and the keys that are held. Only keys that fail have a row."""

    def failed(self, failure: KeyFailure, limit: int) -> Write:
        """Counts a failure; with the `limit`-th in a row the key is held from `at` on."""
        ...

    def succeeded(self, key: EventKey) -> Write:
        """Forgets the failures of a key that is not held."""
        ...

    def tell_of_hold(self, event: PlatformEvent, failure: KeyFailure) -> Write:
        """Adds an event to the outbox if the failure, counted beside it, made the key held."""
        ...

    def remove(self, held: QuarantinedKey) -> Write:
        """Ends the quarantine of a key; guarded: refused when somebody else did."""
        ...

    def get(self, tenant: str, quarantine_id: str) -> QuarantinedKey | None:
        """A key that is held."""
        ...

    def list(self, tenant: str, which: QuarantineFilter, query: ListQuery) -> Page[QuarantinedKey]:
        """The keys that are held; the one that began to fail last comes first."""
        ...

    def count(self, tenant: str, most: int) -> int:
        """How many keys are held, counted no further than `most`."""
        ...

    def held_runs(self, key: EventKey, query: ListQuery) -> Page[Run]:
        """The held runs of a key in order, without their outputs; the cursor is a position."""
        ...

    def first_held(self, keys: Sequence[EventKey], each: int) -> Mapping[EventKey, Sequence[Run]]:
        """The first held runs of several keys in order, without their outputs."""
        ...

    def failed_runs(self, held: QuarantinedKey, most: int) -> Sequence[Run]:
        """The runs whose failures were counted and which nobody has replayed, in order."""
        ...
