"""Applies migrations (Alembic).

Import it where it is used: Alembic and what it needs take 6 MB, and most starts have nothing to
apply.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from core.errors import ConfigError

_FOLDER = Path(__file__).parent / "migrations"


def upgrade(connection: Connection) -> None:
    """Applies what is missing. Raises ConfigError when a newer Penstock made the tables."""
    scripts = ScriptDirectory(str(_FOLDER))
    current = MigrationContext.configure(connection).get_current_revision()
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
