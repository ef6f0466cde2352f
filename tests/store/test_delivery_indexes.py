"""What is asked of deliveries finds its rows by an index, however many there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from core.subscriptions import DeliveryFilter, DeliveryStatus
from core.writes import ListQuery
from store import Cipher, open_store
from store.committer import DirectCommitter
from store.database import Database
from store.deliveries import Deliveries


def listing(**fields: Any) -> Callable[[Deliveries], object]:
    return lambda kept: kept.list("acme", DeliveryFilter(**fields), ListQuery("r"))


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda kept: kept.queues(), "deliveries_waiting"),
        (lambda kept: kept.due(1, {"a": 1, "b": 2}), "deliveries_waiting"),
        (lambda kept: kept.bury("acme", "a", "x", 1, 10), "deliveries_waiting"),
        (lambda kept: kept.rescue(1), "deliveries_held"),
        (lambda kept: kept.counts("acme", ["a"], 10), "deliveries_of_subscription_not_delivered"),
        (listing(), "deliveries_by_tenant"),
        (listing(subscription_id="a", since=1), "deliveries_by_subscription"),
        (listing(status=DeliveryStatus.DEAD), "deliveries_not_delivered"),
        (
            listing(status=DeliveryStatus.PENDING, subscription_id="a"),
            "deliveries_of_subscription_not_delivered",
        ),
    ],
)
def test_it_is_found_by_its_index(
    sqlite_url: str, ask: Callable[[Deliveries], object], index: str
) -> None:
    open_store(sqlite_url, Cipher(b"a key of the tests")).close()
    database = Database(sqlite_url)
    asked: list[tuple[str, Any]] = []

    def remember(*given: Any) -> None:
        asked.append(given[2:4])

    event.listen(database.engine, "before_cursor_execute", remember)

    ask(Deliveries(database, DirectCommitter(database)))

    statement, parameters = asked[-1]
    with database.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    database.close()
    steps = [step[3] for step in plan]
    assert any(f"INDEX {index} " in step for step in steps), plan
    assert not any(step == "SCAN deliveries" for step in steps), plan
    assert not any("FOR ORDER BY" in step for step in steps), plan
