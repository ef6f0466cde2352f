"""Automations that the clock starts, at a real server that is stopped and started again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.clock import SystemClock, from_rfc3339, to_rfc3339
from tests.support.automations import ended_run, every
from tests.support.builders import on_schedule
from tests.support.server import Server, running_server
from tests.support.ticks import rows_of, set_back
from tests.support.waiting import eventually

HOUR = 3_600_000


def ticks_of(server: Server) -> list[dict[str, Any]]:
    """The ticks of `nightly` so far, the oldest first."""
    return list(rows_of(server.data_dir, "nightly").ticks)


def test_a_schedule_starts_runs_until_it_is_disabled(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        server.publish("nightly", on_schedule({"every": "1s"}))
        eventually(lambda: len(ticks_of(server)) >= 2)
        rows = rows_of(server.data_dir, "nightly")
        assert from_rfc3339(rows.ticks[0]["scheduled_at"]) == rows.anchor + 1000

        path = "/api/v1/automations/nightly"
        shown = server.call("GET", path).json["next_tick_at"]
        assert from_rfc3339(shown) >= rows.next_at
        assert server.call("POST", f"{path}/disable").json["next_tick_at"] is None

        ids = [run["id"] for run in every(server, "/api/v1/runs?automation=nightly")]
        for run in [ended_run(server, run_id) for run_id in ids]:
            assert run["status"] == "succeeded"
            assert run["output"]["at"] == run["event"]["body"]["scheduled_at"]


@pytest.mark.parametrize(("missed", "told"), [("once", [3]), ("skip", [])])
def test_after_a_stop_missed_ticks_are_one_or_none(
    tmp_path: Path, missed: str, told: list[int]
) -> None:
    begin = to_rfc3339(SystemClock().now() - 5 * HOUR // 2)
    with running_server(tmp_path) as server:
        schedule = {"every": "1h", "from": begin, "missed": missed}
        server.publish("nightly", on_schedule(schedule))
        server.stop()
    before = rows_of(server.data_dir, "nightly").next_at
    set_back(server.data_dir, "nightly", 3 * HOUR)

    with running_server(tmp_path) as server:
        eventually(lambda: rows_of(server.data_dir, "nightly").next_at == before)
        assert [tick["missed"] for tick in ticks_of(server)] == told


def test_publishing_again_keeps_the_rhythm_and_another_one_begins_anew(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        server.publish("nightly", on_schedule({"every": "1h"}))
        first = rows_of(server.data_dir, "nightly")
        server.publish("nightly", on_schedule({"every": "60m", "missed": "skip"}))
        assert rows_of(server.data_dir, "nightly") == first
        server.publish("nightly", on_schedule({"every": "2h"}))
        assert rows_of(server.data_dir, "nightly").next_at > first.next_at
