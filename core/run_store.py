"""The port to runs, the journal of their steps, and the lines they wait in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.clock import Milliseconds
from core.event_keys import EventKey
from core.model import Page, Run, StepRun
from core.states import RunStatus, StepStatus
from core.writes import ListQuery, Write


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs; None and no `statuses` mean any. `since` and `until` bound the creation's moment.

    `text` stands somewhere in the error or in an id, or is the idempotency key of the event.
    """

    automation_id: str | None = None
    statuses: frozenset[RunStatus] = frozenset()
    since: Milliseconds | None = None
    until: Milliseconds | None = None
    text: str | None = None


class Runs(Protocol):
    """Runs and the journal of their steps. Only `engine.transitions` calls what moves a state."""

    def get(self, tenant: str, run_id: str) -> Run | None:
        """One run, or None."""
        ...

    def list(self, tenant: str, which: RunFilter, query: ListQuery) -> Page[Run]:
        """A tenant's runs, the newest first, without their outputs."""
        ...

    def newest_of(
        self, tenant: str, automation_ids: Sequence[str], each: int
    ) -> Mapping[str, Sequence[Run]]:
        """The last runs of several automations, the newest first."""
        ...

    def held_by(self, executor: str) -> Sequence[Run]:
        """What an executor executes, as far as the store knows."""
        ...

    def ended(self, run_ids: Sequence[str]) -> Sequence[Run]:
        """Those of these runs that have ended, of whichever tenant."""
        ...

    def journal(
        self, tenant: str, run_id: str, keys: Sequence[str] | None = None
    ) -> Sequence[StepRun]:
        """The entries of a run's journal; with `keys` only those."""
        ...

    def item_counts(self, tenant: str, run_id: str, loop: str) -> Mapping[StepStatus, int]:
        """How many items of a loop, given by its key, have ended how."""
        ...

    def failed_items(self, tenant: str, run_id: str, loop: str, limit: int) -> Sequence[StepRun]:
        """The ends of items of a loop that failed, some of them where there are more."""
        ...

    def waiting_in_bodies(self, tenant: str, run_id: str, limit: int) -> Sequence[str]:
        """The keys of steps that wait in the bodies of loops, some where there are more."""
        ...

    def insert(self, run: Run) -> Write:
        """A queued run that has a key is held, or waits in line, as that key stands by then."""
        ...

    def require(self, run: Run) -> Sequence[Write]:
        """To be committed with a replay of it; guarded: refused when the run is gone."""
        ...

    def move(
        self,
        run: Run,
        old: Sequence[RunStatus],
        new: RunStatus,
        changes: Mapping[str, Any],
        any_token: bool = False,
    ) -> Write:
        """Guarded by the old states and, unless `any_token`, by the run's token."""
        ...

    def park(
        self,
        run: Run,
        old: RunStatus,
        new: RunStatus,
        due_at: Milliseconds | None,
        now: Milliseconds,
    ) -> Write:
        """Guarded as `move` is. Due at once when a signal came that `run` does not count yet."""
        ...

    def signal(
        self, tenant: str, run_id: str, waiting: RunStatus, ends: Sequence[RunStatus], now: int
    ) -> Write:
        """Counts a signal and makes a waiting run due; guarded: refused when the run has ended."""
        ...

    def keep_step(self, run: Run, step: StepRun) -> Write:
        """Inserts or replaces a journal entry; guarded: refused when the step has ended."""
        ...

    def claim(
        self,
        old: Sequence[RunStatus],
        new: RunStatus,
        executor: str,
        now: Milliseconds,
        limit: int,
    ) -> Sequence[Run]:
        """Takes due runs over for an executor, each with a new token. Commits by itself."""
        ...

    def rescue(self, old: RunStatus, new: RunStatus, now: Milliseconds) -> int:
        """Puts back runs whose executor's lease is over, with a new token; how many they were."""
        ...

    def next_due(self, statuses: Sequence[RunStatus]) -> Milliseconds | None:
        """When the next run is due."""
        ...

    def count(self, status: RunStatus, most: int) -> int:
        """How many runs of all tenants are in a state other than succeeded; at most `most`."""
        ...

    def count_due(self, statuses: Sequence[RunStatus], now: Milliseconds, most: int) -> int:
        """How many runs of all tenants are due; at most `most`."""
        ...

    def pass_on(self, lane: EventKey, now: Milliseconds) -> Write:
        """The first in line of an order's key becomes due, unless it is another's turn."""
        ...

    def pass_on_around(self, key: EventKey, now: Milliseconds) -> Write:
        """The same in every line where there is a held or queued run of a quarantine's key."""
        ...

    def hold(self, key: EventKey) -> Write:
        """What is queued of a quarantine's key that is held by now is held, too."""
        ...

    def free(self, key: EventKey, version: int | None, now: Milliseconds) -> Write:
        """What is held of a key is queued again; what has not begun takes `version`, if given."""
        ...

    def heal(self, now: Milliseconds, most: int) -> int:
        """Passes on in lines in which it is nobody's turn; how many. Commits by itself."""
        ...

    def first_in(self, lane: EventKey) -> str | None:
        """The id of the run whose turn it is."""
        ...

    def give_event(self, run: Run, event_id: str) -> Write:
        """Guarded: refused unless the run is held and still has the event that `run` says."""
        ...
