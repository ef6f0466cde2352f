"""The server dies by `kill -9` as it deletes old rows: what is left is whole, and it goes on."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from core.model import Run, Tenant
from core.states import RunStatus
from store import Cipher, open_store
from tests.crash.killing import killing_server
from tests.crash.wreck import committed
from tests.support.automations import on_webhook
from tests.support.builders import make_event, make_request_entry
from tests.support.databases import sqlite_database
from tests.support.retention import DAY, ORPHANS, ended_run, going_on, whole
from tests.support.server import Server, running_server, starting_server
from tests.support.waiting import eventually

ROUNDS = range(int(os.environ.get("PENSTOCK_CRASH_ROUNDS", "2")))
OLD, OPEN = 900, 12
TENANT = "default"


def prepare(folder: Path, now: int, count: int = OLD) -> list[Run]:
    """A data folder with old runs that ended, and some that go on; those."""
    long_ago = now - 40 * DAY
    event = {"tenant": TENANT, "received_at": long_ago}
    old = [ended_run(make_event(**event)) for _ in range(count)]
    states = (RunStatus.WAITING, RunStatus.HELD, RunStatus.QUEUED)
    goes_on = {"due_at": now + 10 * DAY, "deadline": now + 20 * DAY}
    left = [
        going_on(states[number % 3], event=make_event(**event), **goes_on) for number in range(OPEN)
    ]
    store = open_store(sqlite_database(folder / "data"), Cipher(b"a key of the tests"))
    with closing(store):
        store.commit([store.tenants.insert(Tenant(TENANT, "Default", {}, long_ago))])
        store.commit([store.statistics.move_mark(TENANT, None, now)])
        store.commit([write for run in [*old, *left] for write in whole(store, run)])
        entries = [
            make_request_entry(tenant=TENANT, started_at=long_ago, run_id=run.id)
            for run in [*old, *left]
        ]
        store.commit([store.requests.insert(entry) for entry in entries])
    return left


def found(data_dir: Path) -> Mapping[str, set[str]]:
    """What a crash left; fails where something has lost what it belongs to."""
    with committed(data_dir) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return whole_rows(database)


def kept_now(server: Server) -> Mapping[str, set[str]]:
    """The same of a server that works."""
    file = f"file:{server.data_dir / 'penstock.db'}?mode=ro"
    with closing(sqlite3.connect(file, uri=True, timeout=60)) as database:
        database.execute("BEGIN")
        return whole_rows(database)


def whole_rows(database: sqlite3.Connection) -> Mapping[str, set[str]]:
    for what, question in ORPHANS.items():
        assert database.execute(question).fetchall() == [], what
    return {
        "runs": {row[0] for row in database.execute("SELECT id FROM runs")},
        "requests": {row[0] for row in database.execute("SELECT run_id FROM requests")},
    }


def check(server: Server, left: list[Run]) -> None:
    """All that is old goes; what goes on stays, with its requests, and the server works."""
    kept = {run.id for run in left}

    def only_what_goes_on() -> bool:
        return kept_now(server) == {"runs": kept, "requests": kept}

    assert eventually(only_what_goes_on)
    server.publish("note", on_webhook("note", respond="finished"))
    assert server.call("POST", f"/hooks/{TENANT}/note", {"n": 1}).status == 200
    assert "Traceback" not in server.errors()


@pytest.mark.parametrize("_round", ROUNDS)
@pytest.mark.parametrize("point", ["before-deletion", "within-deletion", "after-deletion"])
def test_killed_as_old_rows_are_deleted(
    tmp_path: Path, chance: random.Random, point: str, _round: int
) -> None:
    left = prepare(tmp_path, int(time.time() * 1000))
    with killing_server(tmp_path, point, chance.randint(1, 8)) as server:
        server.wait_until_gone()
        wreck = found(server.data_dir)
    assert {run.id for run in left} <= wreck["runs"] & wreck["requests"]

    with running_server(tmp_path) as server:
        check(server, left)


def test_killed_again_and_again_at_any_moment(tmp_path: Path, chance: random.Random) -> None:
    left = prepare(tmp_path, int(time.time() * 1000), 3 * OLD)
    for _ in range(3):
        with starting_server(tmp_path) as server:
            before, share = len(kept_now(server)["runs"]), chance.random()

            def has_gone_on(share: float = share, before: int = before) -> bool:
                runs = len(kept_now(server)["runs"])
                return runs <= OPEN + share * (before - OPEN)

            assert eventually(has_gone_on)
            server.kill()
            wreck = found(server.data_dir)
        assert {run.id for run in left} <= wreck["runs"] & wreck["requests"]

    with running_server(tmp_path) as server:
        check(server, left)
