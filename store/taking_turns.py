"""Who begins something new with what is old takes turns with who deletes what is old.

SQLite has one writer. PostgreSQL's statements see what was committed before each of them began: so
both take a lock first that lasts until their commit, and look afterwards.
"""

from __future__ import annotations

from sqlalchemy import Function, func, select

from core.writes import Write
from store.database import Database

_KEY = 0x72657461


def before_using(database: Database) -> list[Write]:
    """Comes first in a unit of work that needs something old to be there still."""
    return _lock(database, func.pg_advisory_xact_lock_shared(_KEY))


def before_deleting(database: Database) -> list[Write]:
    """Comes first in a unit of work that deletes something old unless it is needed."""
    return _lock(database, func.pg_advisory_xact_lock(_KEY))


def _lock(database: Database, lock: Function[None]) -> list[Write]:
    return [] if database.is_sqlite else [Write(database.prepare(select(lock)), {})]
