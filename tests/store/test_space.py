"""The room that deleted rows leave is given back to the disk, little by little."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from core.errors import ConfigError
from core.retention import Kept
from store import Cipher, Sizes, SqlStore, compact, open_store
from store.database import Database
from store.space import KEPT_PAGES, KEPT_SHARE, STEP
from tests.support.builders import NOW, make_request_entry
from tests.support.retention import LONG_AGO, delete

BODY = Random(7).randbytes(20_000)
MANY = 200


def fill(store: SqlStore, count: int = MANY, at: int = LONG_AGO) -> None:
    """Requests whose bodies cannot be compressed."""
    store.commit(
        [
            store.requests.insert(make_request_entry(started_at=at, response_body=BODY))
            for _ in range(count)
        ]
    )


def pragma(url: str, name: str) -> Any:
    with closing(Database(url)) as database:
        return database.read(lambda one: one.execute(text(f"PRAGMA {name}")).scalar_one())


def give_all_back(store: SqlStore) -> int:
    steps = 0
    while store.retention.give_back():
        steps += 1
    return steps


def test_the_file_shrinks_by_what_was_deleted(
    store: SqlStore, database_url: str, tmp_path: Path
) -> None:
    fill(store)
    fill(store, 10, NOW)
    delete(store, Kept.REQUESTS)

    steps = give_all_back(store)

    if not database_url.startswith("sqlite"):
        assert steps == 0, "PostgreSQL's autovacuum does it"
        return
    store.close()
    pages, free = pragma(database_url, "page_count"), pragma(database_url, "freelist_count")
    assert free <= KEPT_PAGES + KEPT_SHARE * pages
    assert steps >= (MANY * len(BODY) / 4096 - free) / STEP
    assert (tmp_path / "penstock.db").stat().st_size < 2_000_000 + 10 * len(BODY)
    assert pragma(database_url, "integrity_check(1)") == "ok"


def test_a_step_moves_few_pages(sqlite_url: str) -> None:
    store = open_store(sqlite_url, Cipher(b"a key of the tests"))
    fill(store)
    delete(store, Kept.REQUESTS)
    before = pragma(sqlite_url, "freelist_count")

    assert store.retention.give_back()

    assert before - pragma(sqlite_url, "freelist_count") == STEP
    store.close()


def test_a_few_free_pages_stay_for_new_rows(store: SqlStore) -> None:
    fill(store, 10)
    delete(store, Kept.REQUESTS)
    assert not store.retention.give_back()


def test_a_database_from_before_is_left_as_it_is_until_it_is_compacted(
    sqlite_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "penstock.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE there_before (id TEXT)")
    store = open_store(sqlite_url, Cipher(b"a key of the tests"))
    fill(store)
    fill(store, 1, NOW)
    delete(store, Kept.REQUESTS)
    assert not store.retention.give_back()
    store.close()
    large = file.stat().st_size

    sizes = compact(sqlite_url)

    assert sizes == Sizes(large, file.stat().st_size)
    assert sizes.after < large / 2
    store = open_store(sqlite_url, Cipher(b"a key of the tests"))
    fill(store)
    delete(store, Kept.REQUESTS)
    assert store.retention.give_back()
    store.close()


def test_only_sqlite_is_compacted(empty_database_url: str, tmp_path: Path) -> None:
    if empty_database_url.startswith("sqlite"):
        expected = "there is no Penstock in"
    else:
        expected = "PostgreSQL gives room back by itself"
    with pytest.raises(ConfigError, match=expected):
        compact(empty_database_url)
