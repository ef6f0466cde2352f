"""SQLite's file written anew: without room that nothing needs, and so that such room is given back.

Databases made before there was retention keep what was deleted until then; once compacted, they
are as those made today.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from core.errors import ConfigError
from store.database import Database, unavailable
from store.migrate import require_current


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of the file."""

    before: int
    after: int


def compact(url: str) -> Sizes:
    """Writes a database anew in its place, whole or not at all. Nobody may be using it.

    Raises ConfigError for one that is not SQLite's or of another version, StorageUnavailable when
    there is no room for it.
    """
    database = Database(url)
    try:
        if not database.is_sqlite:
            raise ConfigError(
                "PostgreSQL gives room back by itself (autovacuum); there is nothing to compact"
            )
        require_current(database)
        file = Path(database.engine.url.database or "")
        before = file.stat().st_size
        _write_anew(database)
        return Sizes(before, file.stat().st_size)
    except DBAPIError as error:
        raise unavailable(error) from error
    finally:
        database.close()


def _write_anew(database: Database) -> None:
    with database.engine.connect() as connection:
        # The copy that it makes first can be larger than the memory.
        connection.exec_driver_sql("PRAGMA temp_store=FILE")
        connection.exec_driver_sql("VACUUM")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
