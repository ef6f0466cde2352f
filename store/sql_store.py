"""The whole store over one database."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from core.errors import PenstockError
from core.meters import SILENT, Meters
from core.writes import Write
from store.alert_notices import AlertNotices
from store.alert_signs import AlertSigns
from store.alerts import Alerts
from store.answers import Answers
from store.approvals import Approvals
from store.audit import AuditLog
from store.automations import Automations
from store.cipher import Cipher
from store.clock import DatabaseClock
from store.collections import Collections
from store.committer import Committer, DirectCommitter, GroupCommitter
from store.database import Database
from store.deliveries import Deliveries
from store.events import Events
from store.exclusion import exclusively
from store.executors import Executors
from store.inbox import Inbox
from store.invitations import Invitations
from store.keys import Keys
from store.listenings import Listenings
from store.migrate import migrate
from store.platform_events import PlatformEvents
from store.quarantine import Quarantine
from store.receipts import Receipts
from store.records import Records
from store.requests import Requests
from store.retention import SqlRetention
from store.runs import Runs
from store.samples import Samples
from store.schedules import Schedules
from store.secrets import SecretValues
from store.sessions import Sessions
from store.signals import Signals
from store.statistics import RunStatistics
from store.subscriptions import Subscriptions
from store.tenants import Tenants
from store.usage import Usage
from store.users import Users
from store.writers import ConnectionWriter, ProcessWriter

_NOBODY = ""
"""An executor whose lease is always over."""


class SqlStore:
    """Every noun of the store, and the committer their writes go through."""

    def __init__(self, database: Database, committer: Committer, cipher: Cipher) -> None:
        self._database = database
        self._committer = committer
        self.tenants = Tenants(database)
        self.automations = Automations(database)
        self.events = Events(database)
        self.runs = Runs(database, committer)
        self.statistics = RunStatistics(database)
        self.executors = Executors(database)
        self.requests = Requests(database)
        self.secrets = SecretValues(database, cipher)
        self.keys = Keys(database)
        self.users = Users(database)
        self.sessions = Sessions(database)
        self.invitations = Invitations(database)
        self.audit = AuditLog(database)
        self.samples = Samples(database)
        self.listenings = Listenings(database)
        self.platform_events = PlatformEvents(database)
        self.signals = Signals(database)
        self.inbox = Inbox(database)
        self.approvals = Approvals(database)
        self.schedules = Schedules(database)
        self.subscriptions = Subscriptions(database, cipher)
        self.deliveries = Deliveries(database, committer)
        self.collections = Collections(database)
        self.records = Records(database)
        self.receipts = Receipts(database)
        self.alerts = Alerts(database)
        self.alert_notices = AlertNotices(database)
        self.alert_signs = AlertSigns(database)
        self.usage = Usage(database)
        self.quarantine = Quarantine(database)
        self.answers = Answers(database, cipher)
        self.retention = SqlRetention(database, committer)

    @property
    def is_shared(self) -> bool:
        """Whether several processes may work on it."""
        return self._database.is_shared

    @property
    def connections(self) -> int:
        """How many connections to the database are in use."""
        return self._database.connections

    def clock(self) -> DatabaseClock | None:
        """The clock of a database that has one, as PostgreSQL. Raises StorageUnavailable."""
        return None if self._database.is_sqlite else DatabaseClock(self._database)

    def exclusively(self, name: str, *, wait: bool = False) -> AbstractContextManager[bool]:
        """Whether nobody else does the work of this name; while it is done here nobody can begin.

        With `wait` the others are waited for. Raises StorageUnavailable.
        """
        return exclusively(self._database, name, wait=wait)

    def commit(self, writes: Sequence[Write]) -> None:
        """Commits a unit of work, or raises GuardMissed or StorageUnavailable and keeps nothing."""
        self._committer.commit(writes)

    def commit_later(self, writes: Sequence[Write]) -> None:
        """Commits soon, without a promise."""
        self._committer.commit_later(writes)

    def check(self) -> None:
        """Raises StorageUnavailable unless the store can be written."""
        # A statement that touches no row would not reach the disk.
        self._committer.commit([self.executors.renew(_NOBODY, 0)])

    def close(self) -> None:
        """Commits what is waiting and closes every connection."""
        self._committer.close()
        self._database.close()


def open_store(
    url: str,
    cipher: Cipher,
    meters: Meters = SILENT,
    *,
    writer_apart: bool = False,
    shared: bool = False,
) -> SqlStore:
    """Opens the database of a URL, brings its tables up to date and puts the store over it.

    `writer_apart`: SQLite is written in a process of its own, as befits a server; `shared`: several
    such servers are over one file. Raises ConfigError for a URL that cannot be used,
    StorageUnavailable when nobody answers there.
    """
    database = Database(url, meters, shared=shared)
    try:
        migrate(database)
        committer = _committer(database, meters, writer_apart=writer_apart)
    except PenstockError:
        database.close()
        raise
    return SqlStore(database, committer, cipher)


def _committer(database: Database, meters: Meters, *, writer_apart: bool) -> Committer:
    if not database.is_sqlite:
        # The driver is large, and SQLite needs none.
        from store.postgres_writer import PostgresWriter  # noqa: PLC0415

        return DirectCommitter(database, PostgresWriter, meters)
    if writer_apart:
        return GroupCommitter(
            database, meters, ProcessWriter(database.file, shared=database.is_shared)
        )
    return GroupCommitter(database, meters, ConnectionWriter(database, database.connect()))
