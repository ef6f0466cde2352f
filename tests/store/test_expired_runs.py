"""Runs that ended long ago go with all that is theirs; what is needed still stays."""

from __future__ import annotations

import threading
from contextlib import closing

import pytest
from sqlalchemy import text

from core.errors import GuardMissed
from core.model import Run
from core.quarantine import KeyFailure
from core.retention import Batch, Kept
from core.states import RUN_ENDS, RunStatus
from store import Cipher, SqlStore, open_store
from store.database import Database
from store.expired_runs import MOST_RUNS
from store.taking_turns import before_using
from store.unit import Unit, calls_of
from store.writer_program import execute_calls
from tests.support.builders import NOW, id_at, make_automation, make_event, make_run
from tests.support.lanes import KEY, held_key
from tests.support.postgres import PostgresServer
from tests.support.retention import (
    DAY,
    LONG_AGO,
    add_runs,
    delete,
    ended_run,
    first_batch,
    going_on,
    kept_runs,
    orphans,
    rows_of,
    whole,
)
from tests.support.waiting import eventually

OPEN = [status for status in RunStatus if status not in RUN_ENDS]


def replay_of(run: Run, **changes: object) -> Run:
    event = make_event(id=run.event_id, received_at=run.created_at)
    return ended_run(event, replay_of=run.id, **{"created_at": run.created_at, **changes})


def publish(store: SqlStore, automation_id: str) -> None:
    store.commit([store.automations.insert(make_automation(id=automation_id, published=1))])


def test_what_ended_long_ago_goes_with_all_that_is_its_own(
    store: SqlStore, database_url: str
) -> None:
    old = [ended_run(status=status) for status in RUN_ENDS]
    fresh = [ended_run(created_at=NOW), ended_run(created_at=LONG_AGO, finished_at=NOW)]
    theirs = ended_run(make_event(tenant="globex", received_at=LONG_AGO))
    add_runs(store, *old, *fresh, theirs)

    assert delete(store, Kept.RUNS) == len(old)

    assert kept_runs(store, [*old, *fresh, theirs]) == [*fresh, theirs]
    with closing(Database(database_url)) as database:
        assert orphans(database) == []
    assert rows_of(database_url) == {
        "events": 3,
        "runs": 3,
        "step_runs": 6,
        "signals": 3,
        "approvals": 3,
    }


def test_what_has_not_ended_stays_however_old_it_is(store: SqlStore) -> None:
    runs = [going_on(status, created_at=1) for status in OPEN]
    add_runs(store, *runs)

    assert delete(store, Kept.RUNS, NOW + 1000 * DAY) == 0
    assert kept_runs(store, runs) == runs


def test_a_run_stays_as_long_as_a_replay_of_it(store: SqlStore, database_url: str) -> None:
    first = ended_run()
    again = replay_of(first)
    third = replay_of(again, created_at=NOW)
    add_runs(store, first, again, third)

    assert delete(store, Kept.RUNS) == 1
    assert kept_runs(store, [first, again, third]) == [first, third]
    assert delete(store, Kept.RUNS, NOW + 1) == 1
    assert delete(store, Kept.RUNS, NOW + 1) == 1
    assert rows_of(database_url) == {}


def test_a_run_stays_while_a_run_that_it_started_goes_on_and_the_other_way(
    store: SqlStore,
) -> None:
    parent, done = ended_run(), ended_run()
    waiting = going_on(RunStatus.WAITING)
    child = going_on(RunStatus.QUEUED, parent_run_id=parent.id, parent_step="start")
    ended_child = ended_run(parent_run_id=waiting.id, parent_step="start")
    other = ended_run(parent_run_id=done.id, parent_step="start")
    runs = [parent, done, waiting, child, ended_child, other]
    add_runs(store, *runs)

    assert delete(store, Kept.RUNS) == 2
    assert kept_runs(store, runs) == [parent, waiting, child, ended_child]


def test_the_last_event_of_a_live_automation_stays(store: SqlStore) -> None:
    """What counts silence from it would tell of silence too early."""
    publish(store, "orders")
    others = [ended_run(make_event(automation_id="gone", received_at=LONG_AGO)) for _ in range(2)]
    orders = [ended_run(created_at=LONG_AGO + number) for number in range(3)]
    replay = replay_of(orders[0], created_at=LONG_AGO + 10)
    add_runs(store, *others, *orders, replay)

    while delete(store, Kept.RUNS):
        pass

    assert kept_runs(store, [*others, *orders, replay]) == [orders[-1]]
    assert store.alert_signs.last_event("acme", "orders") == LONG_AGO + 2


def test_more_than_a_batch_goes_batch_by_batch_past_what_stays(store: SqlStore) -> None:
    parent = going_on(RunStatus.WAITING)
    needed = [ended_run(parent_run_id=parent.id, parent_step="start") for _ in range(MOST_RUNS + 1)]
    others = [ended_run(created_at=LONG_AGO + 1) for _ in range(MOST_RUNS + 1)]
    store.commit([store.runs.insert(run) for run in [parent, *needed, *others]])

    assert first_batch(store, Kept.RUNS).rows == MOST_RUNS
    assert delete(store, Kept.RUNS) == MOST_RUNS + 1
    assert len(kept_runs(store, needed)) == len(needed)


def test_so_many_of_the_newest_are_told_by_the_end_of_the_oldest_of_them(store: SqlStore) -> None:
    runs = [ended_run(created_at=LONG_AGO + number) for number in range(5)]
    runs.append(going_on(RunStatus.WAITING, created_at=NOW))
    store.commit([store.runs.insert(run) for run in runs])
    runs_that_ended = store.retention.expired[Kept.RUNS]

    assert runs_that_ended.beyond("acme", 2) == LONG_AGO + 3
    assert runs_that_ended.beyond("acme", 5) == LONG_AGO
    assert runs_that_ended.beyond("acme", 6) is None
    assert runs_that_ended.beyond("globex", 1) is None


def test_large_runs_go_in_smaller_batches(store: SqlStore) -> None:
    noise = "".join(map(str, range(60_000)))
    runs = [ended_run(output={"noise": f"{number}{noise}"}) for number in range(40)]
    add_runs(store, *runs)

    assert 1 < first_batch(store, Kept.RUNS).rows < 40
    assert delete(store, Kept.RUNS) == 40


def test_a_run_that_is_replayed_as_it_is_to_be_deleted_stays(store: SqlStore) -> None:
    run, other = ended_run(), ended_run()
    add_runs(store, run, other)
    batch = first_batch(store, Kept.RUNS)
    replay = make_run(make_event(id=run.event_id), replay_of=run.id)
    store.commit([store.runs.insert(replay), *store.runs.require(run)])

    with pytest.raises(GuardMissed):
        store.commit(batch.writes)

    assert kept_runs(store, [run, other]) == [run, other]
    assert len(store.runs.journal("acme", run.id)) == 2
    assert delete(store, Kept.RUNS) == 1


def test_a_run_that_was_deleted_is_replayed_no_more(store: SqlStore) -> None:
    run = ended_run()
    add_runs(store, run)
    replay = make_run(make_event(id=run.event_id), replay_of=run.id)
    delete(store, Kept.RUNS)

    with pytest.raises(GuardMissed):
        store.commit([store.runs.insert(replay), *store.runs.require(run)])

    assert store.runs.get("acme", replay.id) is None


def test_a_deletion_waits_for_a_replay_that_is_not_committed_yet(postgres: PostgresServer) -> None:
    """As two processes over one database may meet; SQLite has one writer."""
    url = postgres.new_database()
    store, database = open_store(url, Cipher(b"a key of the tests")), Database(url)
    run = ended_run()
    add_runs(store, run)
    batch = first_batch(store, Kept.RUNS)
    replay = make_run(make_event(id=run.event_id), replay_of=run.id)
    met: list[BaseException] = []
    connection = database.connect()
    with database.transaction(connection) as cursor:
        execute_calls(cursor, calls_of([Unit([store.runs.insert(replay)])]))
        execute_calls(cursor, calls_of([Unit(before_using(database))]))
        deleting = threading.Thread(target=_deletes, args=(store, batch, met))
        deleting.start()
        _waits_for_a_lock(database)
    connection.close()
    deleting.join()
    database.close()

    assert [type(error) for error in met] == [GuardMissed]
    assert kept_runs(store, [run, replay]) == [run, replay]
    store.close()


def _deletes(store: SqlStore, batch: Batch, met: list[BaseException]) -> None:
    try:
        store.commit(batch.writes)
    except GuardMissed as error:
        met.append(error)


def _waits_for_a_lock(database: Database) -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    assert eventually(lambda: database.read(lambda one: one.execute(waiting).scalar_one()))


def fail(
    store: SqlStore, count: int, limit: int, status: RunStatus = RunStatus.FAILED
) -> list[Run]:
    """Runs of one key that failed long ago; with the `limit`-th the key is held."""
    runs = []
    for _ in range(count):
        event = make_event(received_at=LONG_AGO)
        run = ended_run(event, status=status, quarantine_key=KEY.key)
        failure = KeyFailure(id_at(LONG_AGO), KEY, run.id, "no answer", LONG_AGO)
        store.commit([*whole(store, run), store.quarantine.failed(failure, limit)])
        runs.append(run)
    return runs


def test_what_failed_stays_while_its_key_is_held(store: SqlStore, database_url: str) -> None:
    """It may be repeated before what is held goes on."""
    failed = fail(store, 3, limit=3)
    held = going_on(RunStatus.HELD, quarantine_key=KEY.key)
    add_runs(store, held)
    assert delete(store, Kept.RUNS) == 0

    store.commit([store.quarantine.remove(held_key(store))])

    assert delete(store, Kept.RUNS) == len(failed)
    assert kept_runs(store, [*failed, held]) == [held]


def test_failures_of_a_key_that_is_not_held_are_forgotten_with_the_last_of_them(
    store: SqlStore, database_url: str
) -> None:
    failed = fail(store, 2, limit=3)
    other = ended_run(status=RunStatus.FAILED, quarantine_key="another")
    add_runs(store, other)
    assert rows_of(database_url)["quarantine_keys"] == 1

    assert delete(store, Kept.RUNS) == len(failed) + 1

    assert rows_of(database_url) == {}


def test_an_event_that_was_edited_goes_with_all_that_it_was_before(
    store: SqlStore, database_url: str
) -> None:
    came = make_event(received_at=LONG_AGO)
    edits = [make_event(received_at=LONG_AGO, replaces=came.id) for _ in range(2)]
    run = ended_run(edits[-1])
    untouched = going_on(RunStatus.HELD)
    store.commit([store.events.insert(event) for event in (came, *edits)])
    store.commit([store.runs.insert(run)])
    add_runs(store, untouched)

    assert delete(store, Kept.RUNS) == 1

    assert rows_of(database_url)["events"] == 1
    assert store.events.get("acme", untouched.event_id) is not None
