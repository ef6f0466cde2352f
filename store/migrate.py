"""Brings a database's tables up to date (Alembic)."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from core.errors import ConfigError
from store.database import Database, unavailable

_FOLDER = Path(__file__).parent / "migrations"
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
            _upgrade(connection)
    except DBAPIError as error:
        raise unavailable(error) from error


def require_current(database: Database) -> None:
    """Raises ConfigError unless the tables are as this Penstock makes them; changes nothing."""
    try:
        with database.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as error:
        raise unavailable(error) from error
    wanted = ScriptDirectory(str(_FOLDER)).get_current_head()
    if current is None:
        raise ConfigError(f"there is no Penstock in {database.engine.url!r}")
    if current != wanted:
        raise ConfigError(
            f"the database is at version {current}, this Penstock at {wanted}; start this Penstock "
            "on it once, or use the one that made it"
        )


def _upgrade(connection: Connection) -> None:
    scripts = ScriptDirectory(str(_FOLDER))
    current = MigrationContext.configure(connection).get_current_revision()
    if current == scripts.get_current_head():
        return
    if current is not None and current not in {
        script.revision for script in scripts.walk_revisions()
    }:
        raise ConfigError(
            f"the database is at version {current}, which this Penstock does not know; "
            "run the Penstock that made it, or a newer one"
        )
    settings = Config()
    settings.set_main_option("script_location", str(_FOLDER))
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
