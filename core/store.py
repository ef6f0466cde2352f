"""The ports to the store: what the engine reads and writes, whichever database is behind it.

Changes are made of `Write`s. A unit of work is a sequence of them that is committed whole or not at
all, so that a transition and the log of it can never part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from core.account_store import AuditLog, Invitations, Sessions, Users
from core.alerts import AlertNotices, Alerts, AlertSigns
from core.answer_store import StoredAnswers
from core.approvals import Approvals
from core.clock import Milliseconds
from core.event_keys import EventKey
from core.inbox import Inbox
from core.listenings import Listenings
from core.model import (
    ApiKey,
    Automation,
    AutomationVersion,
    Document,
    Event,
    Page,
    RequestEntry,
    Run,
    SecretEntry,
    StepRun,
    Tenant,
)
from core.platform_events import PlatformEvents
from core.quarantine import Quarantine
from core.record_store import Collections, Receipts, Records
from core.retention import Retention
from core.sample_store import Samples
from core.schedules import Schedules
from core.signals import Signals
from core.states import RunStatus, StepStatus
from core.statistics import RunStatistics
from core.subscription_store import Deliveries, Subscriptions
from core.usage import Usage
from core.writes import ListQuery, Write

__all__ = [
    "AutomationFilter",
    "Automations",
    "Events",
    "Executors",
    "Keys",
    "ListQuery",
    "RequestFilter",
    "Requests",
    "RunFilter",
    "Runs",
    "SecretValues",
    "Store",
    "Tenants",
    "Write",
]


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


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """Which requests; None means any. `text` stands somewhere in the URL.

    `outcome` is a class of answers: `2xx` to `5xx`, or `none` where nobody answered.
    """

    direction: str | None = None
    run_id: str | None = None
    status: int | None = None
    since: Milliseconds | None = None
    until: Milliseconds | None = None
    automation_id: str | None = None
    outcome: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class AutomationFilter:
    """Which automations; None means any. `text` stands somewhere in the name or the id."""

    text: str | None = None
    tag: str | None = None


class Tenants(Protocol):
    """The workspaces."""

    def get(self, tenant: str) -> Tenant | None: ...
    def insert(self, tenant: Tenant) -> Write: ...
    def change_settings(self, tenant: str, settings: Mapping[str, Any]) -> Write: ...
    def rename(self, tenant: str, name: str) -> Write: ...
    def all(self) -> Sequence[Tenant]: ...


class Automations(Protocol):
    """Automations with their drafts, and the versions that were published."""

    def get(self, tenant: str, automation_id: str) -> Automation | None: ...
    def list(self, tenant: str, query: ListQuery) -> Page[Automation]: ...
    def insert(self, automation: Automation) -> Write:
        """Guarded: refused when the id is taken."""
        ...

    def replace(self, automation: Automation, revision: int) -> Write:
        """Guarded: refused unless the stored revision is `revision`."""
        ...

    def delete(self, tenant: str, automation_id: str, revision: int) -> Write: ...
    def insert_version(self, version: AutomationVersion) -> Write: ...
    def version(
        self, tenant: str, automation_id: str, version: int
    ) -> AutomationVersion | None: ...
    def versions(
        self, tenant: str, automation_id: str, query: ListQuery
    ) -> Page[AutomationVersion]: ...
    def last_version(self, tenant: str, automation_id: str) -> int:
        """The highest number ever published under this id, 0 when none was."""
        ...

    def live(self, tenant: str) -> Sequence[tuple[Automation, Document]]:
        """Every published automation, enabled or not, with its live document."""
        ...

    def search(
        self, tenant: str, which: AutomationFilter, query: ListQuery
    ) -> Page[tuple[Automation, Document | None]]:
        """By name, each with its live document."""
        ...

    def names(self, tenant: str) -> Mapping[str, str]:
        """The automations' names by their ids, in the order of the names."""
        ...

    def tags(self, tenant: str) -> Sequence[str]:
        """Every tag in use, in order."""
        ...


class Events(Protocol):
    """What occurred, and the idempotency keys that tell a repetition."""

    def insert(self, event: Event) -> Write: ...
    def get(self, tenant: str, event_id: str) -> Event | None: ...
    def some(self, tenant: str, event_ids: Sequence[str]) -> Mapping[str, Event]:
        """Several by their ids; those that are not there are left out."""
        ...

    def remember_key(
        self,
        event: Event,
        key: str,
        body_hash: str,
        expires_at: Milliseconds,
    ) -> Write:
        """Guarded: refused while an earlier event holds the key and has not expired."""
        ...

    def known_key(
        self, tenant: str, automation_id: str, key: str, now: Milliseconds
    ) -> tuple[str, str] | None:
        """The event and body hash that hold the key now."""
        ...


class Runs(Protocol):
    """Runs and the journal of their steps. Only `engine.transitions` calls what moves a state."""

    def get(self, tenant: str, run_id: str) -> Run | None: ...
    def list(self, tenant: str, which: RunFilter, query: ListQuery) -> Page[Run]: ...
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


class Executors(Protocol):
    """Who executes, and until when each one's lease holds."""

    def renew(self, executor: str, lease_until: Milliseconds) -> Write: ...
    def remove(self, executor: str) -> Write: ...
    def remove_others(self, executor: str) -> Write:
        """Ends every other lease: for a start that knows itself alone on its data."""
        ...

    def alive(self, now: Milliseconds) -> int:
        """How many executors hold a lease."""
        ...


class Requests(Protocol):
    """The request log."""

    def insert(self, entry: RequestEntry) -> Write: ...
    def answer(
        self,
        tenant: str,
        request_id: str,
        status: int,
        headers: Mapping[str, str],
        body: bytes | None,
        duration: Milliseconds,
    ) -> Write:
        """Completes an inbound entry with what was answered."""
        ...

    def get(self, tenant: str, request_id: str) -> RequestEntry | None: ...
    def list(self, tenant: str, which: RequestFilter, query: ListQuery) -> Page[RequestEntry]: ...


class SecretValues(Protocol):
    """Secrets, encrypted at rest."""

    def put(self, tenant: str, name: str, value: str, now: Milliseconds) -> Write: ...
    def delete(self, tenant: str, name: str) -> Write: ...
    def list(self, tenant: str) -> Sequence[SecretEntry]: ...
    def reveal_all(self, tenant: str) -> Mapping[str, str]:
        """Every secret's value by name."""
        ...


class Keys(Protocol):
    """API keys by hash."""

    def insert(self, key: ApiKey, value_hash: str) -> Write: ...
    def find(self, value_hash: str) -> ApiKey | None: ...
    def list(self, tenant: str) -> Sequence[ApiKey]: ...
    def limit(self, tenant: str, key_id: str, limit: str | None) -> Write:
        """Guarded: refused when there is none."""
        ...

    def delete(self, tenant: str, key_id: str) -> Write:
        """Guarded: refused when there is none."""
        ...


class Store(Protocol):
    """The whole store."""

    @property
    def tenants(self) -> Tenants: ...
    @property
    def automations(self) -> Automations: ...
    @property
    def events(self) -> Events: ...
    @property
    def runs(self) -> Runs: ...
    @property
    def statistics(self) -> RunStatistics: ...
    @property
    def executors(self) -> Executors: ...
    @property
    def requests(self) -> Requests: ...
    @property
    def secrets(self) -> SecretValues: ...
    @property
    def keys(self) -> Keys: ...
    @property
    def users(self) -> Users: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def invitations(self) -> Invitations: ...
    @property
    def audit(self) -> AuditLog: ...
    @property
    def samples(self) -> Samples: ...
    @property
    def listenings(self) -> Listenings: ...
    @property
    def platform_events(self) -> PlatformEvents: ...
    @property
    def signals(self) -> Signals: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def approvals(self) -> Approvals: ...
    @property
    def schedules(self) -> Schedules: ...
    @property
    def subscriptions(self) -> Subscriptions: ...
    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def collections(self) -> Collections: ...
    @property
    def records(self) -> Records: ...
    @property
    def receipts(self) -> Receipts: ...
    @property
    def alerts(self) -> Alerts: ...
    @property
    def alert_notices(self) -> AlertNotices: ...
    @property
    def alert_signs(self) -> AlertSigns: ...
    @property
    def usage(self) -> Usage: ...
    @property
    def quarantine(self) -> Quarantine: ...
    @property
    def answers(self) -> StoredAnswers: ...
    @property
    def retention(self) -> Retention: ...
    @property
    def connections(self) -> int:
        """How many connections to the database are in use."""
        ...

    def exclusively(self, name: str) -> AbstractContextManager[bool]:
        """Whether nobody else does the work of this name; while it is done here nobody can begin.

        Raises StorageUnavailable.
        """
        ...

    def commit(self, writes: Sequence[Write]) -> None:
        """Commits a unit of work and returns when it is on disk.

        Raises GuardMissed when a guarded write met no row, StorageUnavailable when the store could
        not commit; in both cases nothing of the unit is kept.
        """
        ...

    def commit_later(self, writes: Sequence[Write]) -> None:
        """Commits soon, without a promise: for log entries nobody was promised."""
        ...

    def check(self) -> None:
        """Raises StorageUnavailable unless the store can be written."""
        ...

    def close(self) -> None:
        """Commits what is waiting and closes every connection."""
        ...
