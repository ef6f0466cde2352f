"""Brings a database's tables up to date."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from core.errors import ConfigError
from store.database import Database, unavailable

_VERSIONS = Path(__file__).parent / "migrations" / "versions"
_LOCK = 0x50454E53


def migrate(database: Database) -> None:
    """Applies the migrations that are missing; one process at a time.

    Raises ConfigError when the database was made by a newer Penstock, StorageUnavailable when it
    cannot be reached.
    """
    try:
        with database.engine.begin() as connection:
            if not database.is_sqlite:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            if revision_of(connection) != newest_revision():
                _upgrade(connection)
    except DBAPIError as error:
        raise unavailable(error) from error


def require_current(database: Database) -> None:
    """Raises ConfigError unless the tables are as this Penstock makes them; changes nothing."""
    try:
        with database.engine.connect() as connection:
            current = revision_of(connection)
    except DBAPIError as error:
        raise unavailable(error) from error
    wanted = newest_revision()
    if current is None:
        raise ConfigError(f"there is no Penstock in {database.engine.url!r}")
    if current != wanted:
        raise ConfigError(
            f"the database is at version {current}, this Penstock at {wanted}; start this Penstock "
            "on it once, or use the one that made it"
        )


def revision_of(connection: Connection) -> str | None:
    """The migration that the tables stand at (Alembic's own note of it), None before the first."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return str(row[0]) if row else None


def newest_revision() -> str:
    """The migration that this Penstock is made for: their files begin with their numbers."""
    return max(file.name.partition("_")[0] for file in _VERSIONS.glob("[0-9]*.py"))


def _upgrade(connection: Connection) -> None:
    from store.upgrade import upgrade  # noqa: PLC0415  see there

    upgrade(connection)
