"""The room in SQLite's file that deleted rows leave, given back to the disk little by little."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from store.committer import Committer
from store.database import Database

STEP = 64
"""Pages that are given back at once: moving them takes the writer a few milliseconds."""
KEPT_PAGES = 256
KEPT_SHARE = 0.05
"""Free pages that stay, and the share of all: new rows take them, and nobody has to move any."""

_INCREMENTAL = 2


class Space:
    """The free pages of a database; of PostgreSQL, whose autovacuum sees to it, there are none."""

    def __init__(self, database: Database, committer: Committer) -> None:
        self._database = database
        self._committer = committer

    def give_back(self) -> bool:
        """Shortens the file a little where there is much to spare; whether there was.

        Raises StorageUnavailable.
        """
        if not self._database.is_sqlite or not self._database.read(_is_much_free):
            return False
        self._committer.transact(_shorten)
        return True


def _is_much_free(connection: Connection) -> bool:
    if _pragma(connection, "auto_vacuum") != _INCREMENTAL:
        return False
    free, pages = _pragma(connection, "freelist_count"), _pragma(connection, "page_count")
    return free > KEPT_PAGES + KEPT_SHARE * pages


def _shorten(connection: Connection) -> None:
    driver: Any = connection.connection
    # It is a step for each page, and of a statement alone the driver would take the first.
    driver.executescript(f"PRAGMA incremental_vacuum({STEP})")


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
