"""Copies of a whole store: into a file and back, and from one kind of database to the other."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, select

from core.errors import ConfigError, StorageUnavailable
from core.model import Tenant
from store import Cipher, SqlStore, back_up, copy_database, copying, engines, open_store, restore
from store.copying import BATCH
from store.database import Database
from store.schema import metadata
from tests.support.builders import make_automation, make_event, make_run
from tests.support.listenings import make_heard, make_listening
from tests.support.postgres import PostgresServer
from tests.support.waiting import eventually

CIPHER = Cipher(b"a key of the tests")


def fill(store: SqlStore) -> None:
    event = make_event(body={"text": "zero \0 byte", "n": 1})
    run = make_run(event)
    store.commit(
        [
            store.automations.insert(make_automation()),
            store.events.insert(event),
            store.runs.insert(run),
            store.secrets.put("acme", "TOKEN", "a value", 1),
            store.executors.renew("one", 2**40),
            store.listenings.begin(make_listening()),
            store.listenings.tell(make_heard()),
        ]
    )


def everything(url: str) -> dict[str, list[dict[str, object]]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {
            table.name: [dict(row._mapping) for row in connection.execute(select(table))]
            for table in metadata.sorted_tables
            if table.name not in ("executors", "listenings", "heard")
        }
    engine.dispose()
    return found


@pytest.fixture
def filled(database_url: str) -> str:
    store = open_store(database_url, CIPHER)
    fill(store)
    store.close()
    return database_url


def test_a_backup_that_is_restored_is_what_was_there(filled: str, tmp_path: Path) -> None:
    file, again = tmp_path / "all.backup", f"sqlite:///{tmp_path / 'again.db'}"

    rows = back_up(filled, file)
    restore(file, again)

    assert rows["runs"] == 1
    assert everything(again) == everything(filled)
    assert (file.stat().st_mode & 0o777) == 0o600
    assert list(tmp_path.glob(".backup-*")) == []
    store = open_store(again, CIPHER)
    assert store.secrets.reveal_all("acme") == {"TOKEN": "a value"}
    assert store.executors.alive(0) == 0
    assert store.listenings.elsewhere("nobody", 0) == []
    assert store.listenings.heard([make_heard().listening_id]) == []
    store.close()


def test_an_installation_moves_to_postgresql(
    sqlite_url: str, postgres: PostgresServer, tmp_path: Path
) -> None:
    store = open_store(sqlite_url, CIPHER)
    fill(store)
    store.close()
    target = postgres.new_database()

    copy_database(sqlite_url, target)

    assert everything(target) == everything(sqlite_url)


@pytest.mark.parametrize("way", ["move", "restore"])
def test_what_comes_in_after_a_move_stands_behind_what_was_in_line(
    database_url: str, postgres: PostgresServer, tmp_path: Path, way: str
) -> None:
    store = open_store(database_url, CIPHER)
    in_line = [make_run(order_key="C-17") for _ in range(3)]
    for run in in_line:
        store.commit([store.runs.insert(run)])
    store.close()
    target = postgres.new_database()

    if way == "move":
        copy_database(database_url, target)
    else:
        back_up(database_url, tmp_path / "all.backup")
        restore(tmp_path / "all.backup", target)

    moved = open_store(target, CIPHER)
    late = make_run(order_key="C-17")
    moved.commit([moved.runs.insert(late)])
    stored = [moved.runs.get(run.tenant, run.id) for run in (*in_line, late)]
    places = [run.position for run in stored if run]
    moved.close()
    assert places == [1, 2, 3, 4]


def test_a_copy_has_every_row_however_many_there_are(
    database_url: str, postgres: PostgresServer
) -> None:
    store, target = open_store(database_url, CIPHER), postgres.new_database()
    events = [make_event(body={"n": number}) for number in range(2 * BATCH + 1)]
    store.commit([store.events.insert(event) for event in events])
    store.commit([store.runs.insert(make_run(event)) for event in events])
    store.close()

    rows = copy_database(database_url, target)

    assert (rows["events"], rows["runs"]) == (len(events), len(events))
    assert rows_by_id(target) == rows_by_id(database_url)


def rows_by_id(url: str) -> dict[str, dict[object, dict[str, object]]]:
    """What is in the database, in whatever order it gives it."""
    names = ("events", "runs")
    return {name: {row["id"]: row for row in everything(url)[name]} for name in names}


def test_a_database_in_which_somebody_has_begun_is_left_as_it_is(
    filled: str, postgres: PostgresServer
) -> None:
    """A web process that was started too early has made a tenant there, and nothing else."""
    target = postgres.new_database()
    begun = open_store(target, CIPHER)
    begun.commit([begun.tenants.insert(Tenant("default", "Default", {}, 1))])
    begun.close()

    with pytest.raises(ConfigError, match=r"not empty \(table tenants\)"):
        copy_database(filled, target)

    left = {name: len(rows) for name, rows in everything(target).items() if rows}
    assert left == {"tenants": 1}


def test_a_copy_that_breaks_off_leaves_its_target_empty(
    filled: str, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, original = postgres.new_database(), copying._copy_table

    def break_at_runs(table, *connections):
        if table.name == "runs":
            raise ZeroDivisionError
        return original(table, *connections)

    with monkeypatch.context() as patched:
        patched.setattr(copying, "_copy_table", break_at_runs)
        with pytest.raises(ZeroDivisionError):
            copy_database(filled, target)

    assert copy_database(filled, target)["runs"] == 1


def test_what_comes_in_during_a_copy_is_not_in_it(
    filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(filled, CIPHER)
    late = make_event()
    original, wrote = copying._copy_table, threading.Event()

    def write_first(*arguments):
        if not wrote.is_set():
            wrote.set()
            store.commit([store.events.insert(late), store.runs.insert(make_run(late))])
        return original(*arguments)

    monkeypatch.setattr(copying, "_copy_table", write_first)
    rows = back_up(filled, tmp_path / "all.backup")
    store.close()

    assert (rows["events"], rows["runs"]) == (1, 1)


def test_a_copy_goes_into_an_empty_database_only(filled: str, tmp_path: Path) -> None:
    file = tmp_path / "all.backup"
    back_up(filled, file)

    with pytest.raises(ConfigError, match="not empty"):
        restore(file, filled)
    with pytest.raises(ConfigError, match="there already"):
        back_up(filled, file)
    assert len(everything(filled)["runs"]) == 1


def test_a_file_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "odd.backup"
    file.write_text("not a database, but long enough to look like one" * 50)

    with pytest.raises(StorageUnavailable, match="not a database"):
        restore(file, f"sqlite:///{tmp_path / 'again.db'}")
    with pytest.raises(ConfigError, match="there is no file"):
        restore(tmp_path / "none", f"sqlite:///{tmp_path / 'again.db'}")


def test_a_database_without_a_penstock_is_not_backed_up(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'empty.db'}"

    with pytest.raises(ConfigError, match="there is no Penstock in sqlite:"):
        back_up(url, tmp_path / "all.backup")
    assert not (tmp_path / "all.backup").exists()


def test_a_copy_waits_for_a_slow_target_longer_than_transactions_may_rest(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.new_database()
    store = open_store(url, Cipher(b"a key of the tests"))
    fill(store)
    store.close()
    monkeypatch.setattr(engines, "_OPTIONS", "-c idle_in_transaction_session_timeout=100")
    require_empty = copying._require_empty

    def slowly(connection: Connection) -> None:
        database = Database(url)
        resting = database.connect()
        resting.cursor().execute("SELECT 1")
        file = resting.driver_connection.fileno()
        eventually(lambda: engines._has_something_to_read(file))
        resting.invalidate()
        database.close()
        require_empty(connection)

    monkeypatch.setattr(copying, "_require_empty", slowly)

    assert back_up(url, tmp_path / "backup.db")["events"] > 0
