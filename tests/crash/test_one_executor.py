"""No two executors hold one run: whoever comes too late writes nothing (promise 4)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.clock import SystemClock
from core.states import RunStatus
from engine.transitions import DUE, Transitions
from store import Cipher, SqlStore, open_store
from tests.support.automations import (
    ended_run,
    every,
    on_webhook,
    post,
    run_when,
    steps_of,
    two_calls,
)
from tests.support.builders import send
from tests.support.partner import LOOPBACK, Answer, Arrival, Partner
from tests.support.server import Server, running_server
from tests.support.waiting import eventually

HOUR = 3_600_000


@contextmanager
def another_process(server: Server) -> Iterator[SqlStore]:
    """What another process does in the same database."""
    store = open_store(f"sqlite:///{server.data_dir / 'penstock.db'}", Cipher(b"a key of tests"))
    try:
        yield store
    finally:
        store.close()


def take_away(store: SqlStore) -> int:
    """What a sweeper does that believes every executor dead; how many runs it was."""
    store.commit([store.executors.remove_others("nobody")])
    return Transitions(store.runs).rescue(SystemClock().now())


def test_an_executor_whose_run_was_taken_over_moves_nothing(
    tmp_path: Path, partner: Partner
) -> None:
    """A sweeper believes the executor dead while it waits for the partner; both get an answer."""
    answered = {1: partner.gate(), 2: partner.gate()}
    lock, count = threading.Lock(), 0

    def answer(arrival: Arrival) -> Answer:
        nonlocal count
        if arrival.path == "/second":
            return Answer(200, {"id": "second"})
        with lock:
            count += 1
            mine = count
        answered[mine].wait(60)
        return Answer(200, {"id": f"answer {mine}"})

    partner.script = answer
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        server.publish("sync", two_calls("sync", partner.url))
        run_id = post(server, "sync").json["run_id"]
        partner.wait_for(1)
        with another_process(server) as store:
            assert eventually(lambda: take_away(store))
        partner.wait_for(2)

        answered[1].set()
        eventually(lambda: every(server, f"/api/v1/requests?run={run_id}&direction=out"))
        answered[2].set()

        run = ended_run(server, run_id)
    assert run["status"] == "succeeded"
    first = steps_of(run)["first"]
    assert first["output"]["body"] == {"id": "answer 2"}
    assert [one["number"] for one in first["attempts"]] == [1]
    assert partner.times_by_key() == {f"{run_id}.first": 2, f"{run_id}.second": 1}


def test_a_run_of_an_executor_that_is_gone_is_taken_up_by_the_sweep(
    tmp_path: Path, partner: Partner
) -> None:
    """Another process claims a waiting run and never says anything again."""
    partner.answers(Answer(503))
    retry = {"attempts": 2, "initial": "1h", "max": "1h"}
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        server.publish("sync", on_webhook("sync", send("sync", partner.url, retry=retry)))
        run_id = post(server, "sync").json["run_id"]
        run_when(server, run_id, "waiting")
        with another_process(server) as store:
            later = SystemClock().now() + 2 * HOUR
            (claimed,) = store.runs.claim(DUE, RunStatus.RUNNING, "nobody", later, 10)

            run_when(server, run_id, "waiting")

            again = store.runs.get("default", run_id)
    assert claimed.id == run_id
    assert again is not None
    assert again.token > claimed.token
    assert len(partner.arrivals) == 1
