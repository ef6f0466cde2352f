"""What is used in a month is counted as the rows are written: with them, or not at all."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, create_engine, text

from core.clock import from_rfc3339
from core.errors import GuardMissed
from core.usage import Counted, Crossing, Used
from core.writes import Write
from store import Cipher, SqlStore, open_store
from tests.support.builders import make_event, make_run
from tests.support.postgres import PostgresServer
from tests.support.waiting import PATIENCE, eventually

NOVEMBER = from_rfc3339("2026-11-30T23:59:59.999Z")
DECEMBER = NOVEMBER + 1


def accepted(store: SqlStore, moment: int = NOVEMBER, tenant: str = "acme") -> list[Write]:
    """An event that came by a request, and its run."""
    event = make_event(received_at=moment, tenant=tenant)
    run = make_run(event, created_at=moment)
    return [store.events.insert(event), store.runs.insert(run)]


def inside(store: SqlStore) -> list[Write]:
    """An event that came by no request, and its run."""
    event = make_event(received_at=NOVEMBER, method="", path="")
    return [store.events.insert(event), store.runs.insert(make_run(event, created_at=NOVEMBER))]


def test_what_came_by_a_request_counts_as_event_and_run_and_what_came_inside_as_run(
    store: SqlStore,
) -> None:
    store.commit(accepted(store))
    store.commit([*accepted(store), *inside(store), *inside(store)])

    assert store.usage.used("acme", "2026-11") == Used(events=2, runs=4)


def test_a_month_begins_at_nothing_and_leaves_the_one_before(store: SqlStore) -> None:
    store.commit([*accepted(store, NOVEMBER), *accepted(store, DECEMBER)])
    store.commit(accepted(store, DECEMBER))

    used = [store.usage.used("acme", month) for month in ("2026-10", "2026-11", "2026-12")]

    assert used == [Used(), Used(1, 1), Used(2, 2)]


def test_tenants_are_counted_apart(store: SqlStore) -> None:
    store.commit([*accepted(store, tenant="acme"), *accepted(store, tenant="globex")])

    assert store.usage.used("acme", "2026-11") == Used(1, 1)
    assert store.usage.used("globex", "2026-11") == Used(1, 1)
    assert store.usage.used("initech", "2026-11") == Used()


def test_what_is_not_kept_is_not_counted(store: SqlStore) -> None:
    missed = store.keys.delete("acme", "nobody")

    with pytest.raises(GuardMissed):
        store.commit([*accepted(store), missed])

    assert store.usage.used("acme", "2026-11") == Used()


def test_a_count_outlives_a_restart(store: SqlStore, database_url: str) -> None:
    store.commit(accepted(store))
    store.close()

    again = open_store(database_url, Cipher(b"a key of the tests"))
    again.commit(accepted(again))

    assert again.usage.used("acme", "2026-11") == Used(2, 2)
    again.close()


def test_of_many_at_once_each_is_counted_once(store: SqlStore) -> None:
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda _: store.commit(accepted(store)), range(200)))

    assert store.usage.used("acme", "2026-11") == Used(200, 200)


def test_transactions_of_several_tenants_never_wait_for_one_another_in_a_ring(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They take the rows in one order; with all of them at one slot, as two processes may be."""
    monkeypatch.setattr("store.usage._slots.mine", lambda: 7)
    url = postgres.new_database()
    store = open_store(url, Cipher(b"a key of the tests"))
    store.commit([*ran(store, "acme"), *ran(store, "globex")])
    engine = create_engine(url)
    take = text("UPDATE usage_counts SET runs = runs + 1 WHERE tenant = :tenant")

    with engine.connect() as other, ThreadPoolExecutor(1) as threads:
        other.execute(take, {"tenant": "acme"})
        under_way = threads.submit(store.commit, [*ran(store, "globex"), *ran(store, "acme")])
        eventually(lambda: waits_for_a_lock(engine))
        other.execute(take, {"tenant": "globex"})
        other.commit()
        under_way.result(PATIENCE)

    assert [store.usage.used(name, "2026-11").runs for name in ("acme", "globex")] == [3, 3]
    engine.dispose()
    store.close()


def ran(store: SqlStore, tenant: str) -> list[Write]:
    return [store.runs.insert(make_run(tenant=tenant, created_at=NOVEMBER))]


def waits_for_a_lock(engine: Engine) -> bool:
    asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with engine.connect() as connection:
        return bool(connection.execute(text(asked)).scalar())


CROSSING = Crossing("acme", "2026-11", Counted.RUNS, 1000, 80, 801, NOVEMBER)


def test_a_crossing_is_noted_once(store: SqlStore) -> None:
    together = threading.Barrier(8)

    def cross(number: int) -> bool:
        together.wait()
        try:
            store.commit([store.usage.cross(CROSSING)])
        except GuardMissed:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        crossed = list(threads.map(cross, range(8)))

    assert sum(crossed) == 1
    assert store.usage.crossings("acme", "2026-11") == [CROSSING]
    assert store.usage.crossings("acme", "2026-12") == []
