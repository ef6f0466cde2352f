"""Executors that claim in the same moment: none waits for another's claim to be committed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from core.model import Run
from core.states import RunStatus
from store import Cipher, SqlStore, open_store
from tests.support.builders import NOW, make_run
from tests.support.databases import postgres_database
from tests.support.postgres import PostgresServer

DUE = [RunStatus.QUEUED, RunStatus.WAITING]


@pytest.fixture
def shared_url(postgres: PostgresServer) -> str:
    return postgres_database(postgres)


@pytest.fixture
def shared(shared_url: str) -> Iterator[SqlStore]:
    store = open_store(shared_url, Cipher(b"a key of the tests"))
    yield store
    store.close()


@contextmanager
def claimed_by_another(url: str, count: int) -> Iterator[set[str]]:
    """The longest due runs, in a claim that another process has not committed yet; their ids."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        rows = connection.execute(
            "UPDATE runs SET status = 'running', executor = 'another', due_at = NULL, "
            "token = token + 1 WHERE id IN "
            "(SELECT id FROM runs ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING id",
            [count],
        )
        yield {row[0] for row in rows}
        connection.commit()


def claim(store: SqlStore, limit: int) -> list[Run]:
    return list(store.runs.claim(DUE, RunStatus.RUNNING, "one", NOW, limit))


@pytest.mark.parametrize("crowded", [False, True])
def test_who_claims_beside_another_takes_what_is_left_and_does_not_wait(
    shared: SqlStore, shared_url: str, crowded: bool
) -> None:
    runs = [make_run(due_at=NOW - age, awaited=age % 2 == 0) for age in range(1, 21)]
    shared.commit([shared.runs.insert(run) for run in runs])
    before = claim(shared, 1) if crowded else []
    mine: list[Run] = []
    with claimed_by_another(shared_url, 5) as theirs:
        claiming = threading.Thread(target=lambda: mine.extend(claim(shared, 20)))
        claiming.start()
        claiming.join(20)
        waited = claiming.is_alive()
    claiming.join()

    assert not waited
    taken = [run.id for run in (*before, *mine)]
    assert sorted([*taken, *theirs]) == sorted(run.id for run in runs)
