"""The ports to the store: what the engine reads and writes, whichever database is behind it.

Changes are made of `Write`s. A unit of work is a sequence of them that is committed whole or not at
all, so that a transition and the log of it can never part. Each port stands beside what it keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from core.account_store import AuditLog, Invitations, Sessions, Users
from core.alerts import AlertNotices, Alerts, AlertSigns
from core.answer_store import StoredAnswers
from core.approvals import Approvals
from core.automation_store import Automations
from core.event_store import Events
from core.executors import Executors
from core.inbox import Inbox
from core.key_store import Keys
from core.listenings import Listenings
from core.platform_events import PlatformEvents
from core.quarantine import Quarantine
from core.record_store import Collections, Receipts, Records
from core.request_store import Requests
from core.retention import Retention
from core.run_store import Runs
from core.sample_store import Samples
from core.schedules import Schedules
from core.secret_store import SecretValues
from core.signals import Signals
from core.statistics import RunStatistics
from core.subscription_store import Deliveries, Subscriptions
from core.tenant_store import Tenants
from core.usage import Usage
from core.writes import Write


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
