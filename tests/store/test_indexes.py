"""What is asked often finds its rows by an index, however many have ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from core.states import RunStatus
from core.store import ListQuery, RequestFilter
from store import Cipher, open_store
from store.committer import DirectCommitter
from store.database import Database
from store.requests import Requests
from store.runs import Runs

DUE = (RunStatus.QUEUED, RunStatus.WAITING)


def claim(database: Database) -> None:
    Runs(database, DirectCommitter(database)).claim(DUE, RunStatus.RUNNING, "one", 1, 10)


def rescue(database: Database) -> None:
    Runs(database, DirectCommitter(database)).rescue(RunStatus.RUNNING, RunStatus.QUEUED, 1)


def next_due(database: Database) -> None:
    Runs(database, DirectCommitter(database)).next_due(DUE)


def requests_of_a_run(database: Database) -> None:
    Requests(database).list("acme", RequestFilter(run_id="r"), ListQuery(limit=5))


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (claim, "runs_due"),
        (next_due, "runs_due"),
        (rescue, "runs_executed"),
        (requests_of_a_run, "requests_by_run"),
    ],
)
def test_it_is_found_by_its_index(
    sqlite_url: str, ask: Callable[[Database], None], index: str
) -> None:
    open_store(sqlite_url, Cipher(b"a key of the tests")).close()
    database = Database(sqlite_url)
    asked: list[tuple[str, Any]] = []

    def remember(*given: Any) -> None:
        asked.append(given[2:4])

    event.listen(database.engine, "before_cursor_execute", remember)

    ask(database)

    statement, parameters = asked[-1]
    with database.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    database.close()
    assert any(f"USING INDEX {index}" in step[3] for step in plan), plan
