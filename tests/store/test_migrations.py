"""The migrations make exactly the tables the code knows."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from core.errors import ConfigError
from store import Cipher, SqlStore, open_store
from store.database import Database
from store.migrate import newest_revision, revision_of
from store.schema import metadata


def test_migrated_tables_are_those_of_the_schema(store: SqlStore, database_url: str) -> None:
    database = Database(database_url)
    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    database.close()

    assert differences == []


def test_the_numbers_of_the_files_are_those_of_the_migrations(
    store: SqlStore, database_url: str
) -> None:
    database = Database(database_url)
    with database.engine.connect() as connection:
        known = MigrationContext.configure(connection).get_current_revision()
        assert revision_of(connection) == newest_revision() == known
    database.close()


def test_an_empty_database_is_at_no_migration(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    with database.engine.connect() as connection:
        assert revision_of(connection) is None
    database.close()


def test_every_commit_waits_for_the_disk(database_url: str) -> None:
    database = Database(database_url)
    if database.is_sqlite:
        asked = {"PRAGMA synchronous": 2, "PRAGMA journal_mode": "wal"}
    else:
        asked = {"SHOW synchronous_commit": "on"}
    with database.engine.connect() as connection:
        told = {question: connection.execute(text(question)).scalar() for question in asked}
    database.close()

    assert told == asked


def test_a_database_of_a_newer_release_is_refused_in_words(empty_database_url: str) -> None:
    open_store(empty_database_url, Cipher(b"key")).close()
    database = Database(empty_database_url)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()

    with pytest.raises(ConfigError, match="9999"):
        open_store(empty_database_url, Cipher(b"key"))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "not a database URL"),
        ("mysql://localhost/x", "not supported"),
        ("sqlite://", "needs a file"),
        ("sqlite:////no/such/folder/x.db", "does not exist"),
    ],
)
def test_a_url_that_cannot_be_used_is_told_in_words(url: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=words):
        open_store(url, Cipher(b"key"))
