"""Copies of a whole store: a backup into one file, its restoration, the move to another database.

All three are the same: every row of every table, read in one snapshot, written in one transaction.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, Table, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from core.errors import ConfigError
from store.database import Database, unavailable
from store.engines import MAY_REST
from store.migrate import migrate, require_current
from store.prepared import without_nul
from store.schema import metadata
from store.schema.runs import executors
from store.schema.trying import heard, listenings

BATCH = 500
"""Rows that are read and written at once."""

_LEFT_OUT = frozenset({executors.name, listenings.name, heard.name})
"""Leases end with their processes: what those held is rescued at the next start. Listening
does so, too."""

_GO_ON_COUNTING = text(
    "SELECT setval('run_positions', max(position)) FROM runs HAVING max(position) IS NOT NULL"
)
"""What comes in after a move stands behind what is in line already."""


def copy_database(source_url: str, target_url: str) -> Mapping[str, int]:
    """Copies a store into an empty database, made there; how many rows each table had.

    The source may be in use: the copy is of one moment. Raises ConfigError when the target holds
    anything or the source is of another version, StorageUnavailable; then the target stays empty.
    """
    source, target = Database(source_url), None
    try:
        require_current(source)
        target = Database(target_url)
        migrate(target)
        return _copy(source, target)
    except DBAPIError as error:
        raise unavailable(error) from error
    finally:
        source.close()
        if target is not None:
            target.close()


def back_up(source_url: str, file: Path) -> Mapping[str, int]:
    """Writes a store into a new file, which is there whole or not at all; rows by table.

    Raises ConfigError when the file is there already or cannot be made, StorageUnavailable.
    """
    if file.exists():
        raise ConfigError(f"{file} is there already; name a new file")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.absolute().parent) as folder:
            made = Path(folder) / "backup.db"
            rows = copy_database(source_url, f"sqlite:///{made}")
            made.chmod(0o600)
            made.rename(file)
    except OSError as error:
        raise ConfigError(f"{file} cannot be written: {error.strerror}") from None
    return rows


def restore(file: Path, target_url: str) -> Mapping[str, int]:
    """Brings a backup, of this version or an older one, into an empty database; rows by table.

    Raises ConfigError for a file that is none or a database that is not empty, StorageUnavailable.
    """
    if not file.is_file():
        raise ConfigError(f"there is no file {file}")
    with tempfile.TemporaryDirectory(prefix="penstock-restore-") as folder:
        copied = Path(folder) / "backup.db"
        shutil.copyfile(file, copied)
        url = f"sqlite:///{copied}"
        _bring_up_to_date(url)
        return copy_database(url, target_url)


def _bring_up_to_date(url: str) -> None:
    database = Database(url)
    try:
        migrate(database)
    finally:
        database.close()


def _copy(source: Database, target: Database) -> Mapping[str, int]:
    with source.engine.connect() as reading, target.engine.begin() as writing:
        _hold_moment(source, reading)
        for database, connection in ((source, reading), (target, writing)):
            if not database.is_sqlite:
                # Each waits for the other, which may be slow with large rows.
                connection.execute(MAY_REST)
        _require_empty(writing)
        tables = [one for one in metadata.sorted_tables if one.name not in _LEFT_OUT]
        rows = {table.name: _copy_table(table, reading, writing) for table in tables}
        if not target.is_sqlite:
            writing.execute(_GO_ON_COUNTING)
        return rows


def _hold_moment(database: Database, connection: Connection) -> None:
    """From here on the connection sees the store as it was at this moment, whoever writes."""
    if database.is_sqlite:
        # The driver opens a transaction for what writes alone.
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    # The moment is that of the first look.
    connection.execute(select(executors.c.id).limit(1)).all()


def _require_empty(connection: Connection) -> None:
    for table in metadata.sorted_tables:
        if connection.execute(select(func.count()).select_from(table)).scalar_one():
            raise ConfigError(
                f"the database is not empty (table {table.name}); copies go into a new one"
            )


def _copy_table(table: Table, reading: Connection, writing: Connection) -> int:
    rows = 0
    found = reading.execute(select(table), execution_options={"yield_per": BATCH})
    for part in found.partitions():
        writing.execute(insert(table), [without_nul(one._asdict()) for one in part])
        rows += len(part)
    return rows
