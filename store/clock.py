"""The database's clock, by which every machine of an installation counts."""

from __future__ import annotations

import threading
import time

from sqlalchemy import text

from core.clock import Milliseconds
from store.database import Database

_NOW = text("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)")


class DatabaseClock:
    """The time of a PostgreSQL server, as a distance from this machine's monotonic clock.

    Leases and due times mean the same on every machine then, however wrong a machine's own clock
    is, and nobody asks the database for each look at the time. Thread-safe.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        asked, told, _ = self._ask()
        self._distance: Milliseconds = told - asked

    def now(self) -> Milliseconds:
        """The moment, in milliseconds since the epoch."""
        return _monotonic() + self._distance

    def set(self) -> None:
        """Asks the database what time it is. Raises StorageUnavailable; the old time goes on.

        It was that time at some moment between question and answer, so the clock is moved no
        further than into between. An answer that comes half a minute late moves nothing: a clock
        that it put back would show a lease as held that is over.
        """
        asked, told, answered = self._ask()
        with self._lock:
            self._distance = min(max(self._distance, told - answered), told - asked)

    def _ask(self) -> tuple[Milliseconds, Milliseconds, Milliseconds]:
        """When the database was asked, what it told, and when that was here."""
        asked = _monotonic()
        row = self._database.read(lambda connection: connection.execute(_NOW).one())
        return asked, int(row[0]), _monotonic()


def _monotonic() -> Milliseconds:
    return time.monotonic_ns() // 1_000_000
