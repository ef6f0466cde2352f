"""What is to be deleted is found by an index, and so is every row of it, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from core.retention import Kept, Lapsing
from core.states import RunStatus
from store import Cipher, SqlStore, open_store
from store.database import Database
from store.retention import SqlRetention
from tests.store.test_expired_rows import ADD
from tests.support.builders import NOW, make_event
from tests.support.retention import LONG_AGO, ended_run, first_batch, going_on, whole

INDEXES = {
    Kept.RUNS: "runs_ended",
    Kept.REQUESTS: "requests_by_tenant",
    Kept.DELIVERIES: "deliveries_by_tenant",
    Kept.AUDIT: "audit_by_tenant",
    Kept.INBOX: "inbox_by_tenant",
}
LAPSED = {
    Lapsing.PLATFORM_EVENTS: "platform_events_by_age",
    Lapsing.RECEIPTS: "record_receipts_by_age",
    Lapsing.IDEMPOTENCY_KEYS: "idempotency_keys_expiry",
    Lapsing.ANSWERS: "answers_by_end",
    Lapsing.LISTENINGS: "listenings_by_end",
    Lapsing.HEARD: "heard_by_end",
}


class Asked:
    """A database that tells how it finds what it was asked last."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self._statements: list[tuple[str, Any]] = []
        event.listen(self.database.engine, "before_cursor_execute", self._remember)
        self.retention = SqlRetention(self.database, committer=None)  # type: ignore[arg-type]

    def plan(self) -> list[str]:
        return self.explain(*self._statements[-1])

    def explain(self, statement: str, parameters: Any) -> list[str]:
        with self.database.engine.connect() as connection:
            question = f"EXPLAIN QUERY PLAN {statement}"
            return [row[3] for row in connection.exec_driver_sql(question, parameters).all()]

    def _remember(self, *given: Any) -> None:
        self._statements.append(given[2:4])


@pytest.fixture
def asked(sqlite_url: str) -> Iterator[Asked]:
    open_store(sqlite_url, Cipher(b"a key of the tests")).close()
    asked = Asked(sqlite_url)
    yield asked
    asked.database.close()


def found_by(plan: list[str], index: str) -> bool:
    """Whether an index finds the rows in their order, and nothing is gone through."""
    assert not [step for step in plan if step.startswith("SCAN") and "CONSTANT" not in step], plan
    assert not any("FOR ORDER BY" in step for step in plan), plan
    return any(f"INDEX {index} " in step for step in plan)


@pytest.mark.parametrize(("kind", "index"), INDEXES.items())
def test_what_has_grown_old_is_found_by_its_index(asked: Asked, kind: Kept, index: str) -> None:
    asked.retention.expired[kind].batch("acme", NOW, None)
    assert found_by(asked.plan(), index), asked.plan()

    asked.retention.expired[kind].beyond("acme", 1000)
    assert found_by(asked.plan(), index), asked.plan()


def test_what_is_needed_is_found_by_its_index(asked: Asked) -> None:
    asked.retention.expired[Kept.RUNS].batch("acme", NOW, None)

    plan = asked.plan()
    for index in ("runs_replays", "runs_children", "runs_by_automation", "quarantine_by_key"):
        assert found_by(plan, index), plan


@pytest.mark.parametrize(("kind", "index"), LAPSED.items())
def test_what_has_lapsed_is_found_by_its_index(asked: Asked, kind: Lapsing, index: str) -> None:
    asked.retention.lapsed[kind].batch(NOW, None)
    assert found_by(asked.plan(), index), asked.plan()


@pytest.mark.parametrize("kind", list(Kept))
def test_each_row_is_deleted_by_its_key(asked: Asked, sqlite_url: str, kind: Kept) -> None:
    store = open_store(sqlite_url, Cipher(b"a key of the tests"))
    fill(store, kind)
    writes = first_batch(store, kind).writes
    store.close()

    assert len({id(write.statement) for write in writes}) == (7 if kind is Kept.RUNS else 1)
    for write in writes:
        statement: Any = write.statement
        plan = asked.explain(statement.sql, statement.arguments(write.parameters))
        assert plan, statement.sql
        assert plan[0].startswith("SEARCH"), plan
        assert not any("SCAN" in step for step in plan), plan


def fill(store: SqlStore, kind: Kept) -> None:
    if kind is Kept.RUNS:
        came = make_event(received_at=LONG_AGO)
        edited = make_event(received_at=LONG_AGO, replaces=came.id)
        run = ended_run(edited, quarantine_key="C-1")
        store.commit([store.events.insert(one) for one in (came, edited)])
        store.commit([store.runs.insert(run)])
        store.commit(whole(store, going_on(RunStatus.WAITING)))
    else:
        store.commit([ADD[kind](store, LONG_AGO, "acme")])
