"""SQLite's writer in a process of its own."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import GuardMissed, StorageUnavailable, UnstorableError
from core.ids import new_id
from core.states import RunStatus
from store import Cipher, SqlStore, open_store, writers
from store.committer import GroupCommitter
from store.database import Database
from store.file_lock import file_lock
from store.unit import Unit
from store.writers import ProcessWriter, WriterEnded
from tests.support.builders import make_event, make_request_entry, make_run
from tests.support.waiting import eventually

CIPHER = Cipher(b"a key of the tests")


@pytest.fixture
def store(sqlite_url: str) -> Iterator[SqlStore]:
    opened = open_store(sqlite_url, CIPHER, writer_apart=True)
    yield opened
    opened.close()


def writer_of(store: SqlStore) -> int:
    """The process that writes for a store."""
    assert isinstance(store._committer, GroupCommitter)
    assert isinstance(store._committer._writer, ProcessWriter)
    assert store._committer._writer._process is not None
    return store._committer._writer._process.pid


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_it_refuses_is_told_as_if_it_were_here(store: SqlStore) -> None:
    run = make_run()
    store.commit([store.runs.insert(run)])

    with pytest.raises(UnstorableError, match="UNIQUE constraint failed"):
        store.commit([store.runs.insert(run)])
    with pytest.raises(UnstorableError):
        store.commit([store.runs.insert(make_run(error="\ud800"))])
    with pytest.raises(GuardMissed):
        store.commit([store.runs.move(run, [RunStatus.RUNNING], RunStatus.SUCCEEDED, {})])

    assert store.runs.get("acme", run.id) == run


def test_members_of_enumerations_and_bytes_arrive(store: SqlStore) -> None:
    event = make_event()
    run = make_run(status=RunStatus.WAITING)

    store.commit([store.events.insert(event), store.runs.insert(run)])

    assert store.events.get("acme", event.id) == event
    assert store.runs.get("acme", run.id) == run


def test_another_one_follows_a_writer_that_was_killed(store: SqlStore) -> None:
    killed = writer_of(store)
    os.kill(killed, signal.SIGKILL)
    with pytest.raises(StorageUnavailable, match="another one follows"):
        store.commit([store.runs.insert(make_run())])

    run = make_run()
    store.commit([store.runs.insert(run)])

    assert store.runs.get("acme", run.id) == run
    assert writer_of(store) != killed


def test_when_only_the_word_of_a_commit_is_lost_it_may_be_tried_again(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(_process: object) -> None:
        raise EOFError

    entries = [make_request_entry(id=new_id()) for _ in range(2)]
    with monkeypatch.context() as patched:
        patched.setattr(writers, "_hear", lose)
        with pytest.raises(WriterEnded):
            store.commit([store.requests.insert(one) for one in entries])

    store.commit([store.requests.insert(one) for one in entries])

    assert [store.requests.get("acme", one.id) for one in entries] == entries


def test_units_that_share_a_commit_of_which_the_word_is_lost_are_not_tried_by_the_store(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever made them decides: a guard would find its own write there and miss."""
    store = open_store(sqlite_url, CIPHER, writer_apart=True)
    store.commit([store.runs.insert(run := make_run())])
    moves = [
        store.runs.move(run, [RunStatus.QUEUED], RunStatus.RUNNING, {}),
        store.runs.insert(make_run()),
    ]
    units = [Unit([one]) for one in moves]

    def lose(_process: object) -> None:
        raise EOFError

    assert isinstance(store._committer, GroupCommitter)
    with monkeypatch.context() as patched:
        patched.setattr(writers, "_hear", lose)
        store._committer._commit_batch(units)

    assert [type(one.error) for one in units] == [WriterEnded, WriterEnded]
    store.close()


@pytest.mark.parametrize("size", [1, 2**20], ids=["in the pipe", "more than the pipe takes"])
def test_a_writer_that_hangs_is_killed_and_another_one_follows(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(writers, "_PATIENCE_SECONDS", 0.2)
    os.kill(writer_of(store), signal.SIGSTOP)
    with pytest.raises(WriterEnded):
        store.commit([store.runs.insert(make_run(error="e" * size))])

    monkeypatch.setattr(writers, "_PATIENCE_SECONDS", 60)
    store.commit([store.runs.insert(make_run())])


def test_it_heeds_no_signal_of_a_group_and_ends_with_its_store(sqlite_url: str) -> None:
    store = open_store(sqlite_url, CIPHER, writer_apart=True)
    writer, run = writer_of(store), make_run()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(writer, number)

    store.commit([store.runs.insert(run)])
    store.close()

    assert not is_alive(writer)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc/locks is Linux's")
def test_a_writer_waits_for_the_one_before_it(sqlite_url: str) -> None:
    """What was under way as a process died is on disk, or nowhere, when another begins."""
    open_store(sqlite_url, CIPHER).close()
    database = Database(sqlite_url)
    database.close()
    first = ProcessWriter(database.file)
    lock = Path(f"{database.file}-writer").stat().st_ino

    with ThreadPoolExecutor(1) as threads:
        second = threads.submit(ProcessWriter, database.file)
        eventually(lambda: _is_waited_for(lock))
        assert not second.done()
        first.close()
        second.result().close()


def _is_waited_for(inode: int) -> bool:
    lines = Path("/proc/locks").read_text().splitlines()
    return any("->" in line and f":{inode} " in line for line in lines)


def test_a_lock_that_cannot_be_made_is_a_store_that_is_away(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match="cannot be locked"), file_lock(str(tmp_path)):
        pass
