"""The server dies by `kill -9` around ticks of its schedules: none is lost, none comes twice."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from core.clock import from_rfc3339
from tests.crash.killing import killing_server
from tests.support.automations import ENDS, every
from tests.support.builders import on_schedule, send
from tests.support.partner import LOOPBACK, Partner
from tests.support.server import Server, running_server
from tests.support.ticks import Rows, rows_of
from tests.support.waiting import eventually

SECOND = 1_000
SCHEDULES = ("one", "two", "three")
POINTS = (
    "before-tick",
    "after-tick",
    "before-commit",
    "after-commit",
    "before-send",
    "after-send",
)
CRASHES = 4
MOST_PASSES = 5


def test_killed_around_ticks(tmp_path: Path, partner: Partner, chance: random.Random) -> None:
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        publish_all(server, partner)
    for _ in range(CRASHES):
        with killing_server(tmp_path, chance.choice(POINTS), chance.randint(1, MOST_PASSES)):
            pass

    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        before = {name: rows_of(server.data_dir, name).next_at for name in SCHEDULES}
        for name in SCHEDULES:
            eventually(
                lambda name=name: rows_of(server.data_dir, name).next_at > before[name] + SECOND
            )
        for name in SCHEDULES:
            check_ticks(rows_of(server.data_dir, name))
            assert server.call("POST", f"/api/v1/automations/{name}/disable").status == 200
        runs = ended_runs(server)

    assert {run["status"] for run in runs} == {"succeeded"}
    assert partner.times_by_key().keys() == {f"{run['id']}.call" for run in runs}
    assert max(partner.times_by_key().values()) <= 1 + CRASHES


def publish_all(server: Server, partner: Partner) -> None:
    """Schedules of every second, each of which calls the partner."""
    for name in SCHEDULES:
        step = send("call", f"{partner.url}/{name}", with_={"body": {"at": "<scheduled_at>"}})
        server.publish(name, on_schedule({"every": "1s"}, step))


def ended_runs(server: Server) -> list[dict[str, Any]]:
    """The runs, once all of them have ended."""

    def all_ended() -> list[dict[str, Any]]:
        runs = every(server, "/api/v1/runs")
        return runs if all(run["status"] in ENDS for run in runs) else []

    return eventually(all_ended)


def check_ticks(rows: Rows) -> None:
    """Every second since the beginning has been told of once."""
    told: list[int] = []
    for tick in rows.ticks:
        last, count = from_rfc3339(tick["scheduled_at"]), max(tick["missed"], 1)
        told += [last - back * SECOND for back in reversed(range(count))]
    assert told == list(range(rows.anchor + SECOND, rows.next_at, SECOND))
