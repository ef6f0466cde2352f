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
        self._distance: Milliseconds = 0
        self.set()

    def now(self) -> Milliseconds:
        """The moment, in milliseconds since the epoch."""
        return _monotonic() + self._distance

    def set(self) -> None:
        """Asks the database what time it is. Raises StorageUnavailable; the old time goes on."""
        asked = _monotonic()
        row = self._database.read(lambda connection: connection.execute(_NOW).one())
        answered = _monotonic()
        with self._lock:
            self._distance = int(row[0]) - (asked + answered) // 2


def _monotonic() -> Milliseconds:
    return time.monotonic_ns() // 1_000_000
