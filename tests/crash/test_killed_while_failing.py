"""The server dies while runs fail and tell of it: each still ends as it would have, told once."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from tests.crash.callers import Posted, post_again, post_all
from tests.crash.killing import killing_server
from tests.crash.promises import RECOVERY_SECONDS, look_at_crash
from tests.support.automations import ENDS, FAST_RETRY, every, on_webhook, run_of, steps_of
from tests.support.builders import send
from tests.support.partner import LOOPBACK, Answer, Arrival, Partner
from tests.support.server import Server, running_server
from tests.support.waiting import eventually

POSTS = 12
STEPS = {"sync", "tell", "more"}


def refuse_the_sync(arrival: Arrival) -> Answer:
    return Answer(404 if arrival.path == "/sync" else 200, {"id": 1})


def reporting(partner: Partner) -> dict[str, Any]:
    """A step that fails beside one that waits, and two steps that tell of it."""
    document = on_webhook(
        "accept",
        send("sync", f"{partner.url}/sync"),
        send("tell", f"{partner.url}/tell", next=["more"], retry=FAST_RETRY),
        send("more", f"{partner.url}/more", with_={"body": "<failure>"}, retry=FAST_RETRY),
    )
    return {**document, "on_failure": ["tell"]}


@pytest.mark.parametrize(
    "point", ["before-commit", "within-commit", "after-commit", "before-send", "after-send"]
)
def test_a_failure_is_told_whatever_is_killed_when(
    tmp_path: Path, partner: Partner, chance: random.Random, point: str
) -> None:
    partner.script = refuse_the_sync
    posts = [Posted("accept", f"order-{number}", {"order": number}) for number in range(POSTS)]
    with killing_server(tmp_path, point, chance.randint(1, 2 * POSTS)) as server:
        server.wait_until_ready()
        server.publish("accept", reporting(partner))
        post_all(server, posts)
        crash = look_at_crash(server, partner)

    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        post_again(server, posts)
        runs = wait_for_ends(server)
        assert len(runs) == POSTS
        for run in runs:
            check_told(server, run["id"])
    arrived = partner.times_by_key()
    assert arrived.keys() == {f"{run['id']}.{step}" for run in runs for step in STEPS}
    assert max(arrived.values()) <= 2
    for key in crash.wreck.completed:
        assert arrived[key] == crash.arrived[key], f"{key} was completed and ran again"


def wait_for_ends(server: Server) -> list[dict[str, Any]]:
    def all_ended() -> list[dict[str, Any]]:
        runs = every(server, "/api/v1/runs")
        return runs if all(run["status"] in ENDS for run in runs) else []

    return eventually(all_ended, RECOVERY_SECONDS)


def check_told(server: Server, run_id: str) -> None:
    run = run_of(server, run_id)
    assert (run["status"], run["failure"]["step"]) == ("failed", "sync")
    assert run["error"] == run["failure"]["error"]
    steps = steps_of(run)
    assert {name: one["status"] for name, one in steps.items()} == {
        "sync": "failed",
        "tell": "succeeded",
        "more": "succeeded",
    }
    for one in steps.values():
        assert [attempt["number"] for attempt in one["attempts"]] == [1]
