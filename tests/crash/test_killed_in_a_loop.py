"""The server dies in the middle of loops: what is done stays done, the rest goes on."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.crash.callers import Posted, post_again, post_all
from tests.crash.killing import killing_server
from tests.crash.promises import RECOVERY_SECONDS, look_at_crash
from tests.support.automations import ENDS, FAST_RETRY, every, on_webhook, run_of
from tests.support.builders import send, step
from tests.support.partner import LOOPBACK, Answer, Arrival, Partner
from tests.support.server import Server, running_server
from tests.support.waiting import eventually

ITEMS = 12
POSTS = 3


def looping(partner: Partner, concurrency: int) -> dict[str, Any]:
    """Sends twice for each item, noting something in between, and once for the whole."""
    loop = step(
        "lines",
        "for-each",
        {
            "items": "<lines>",
            "concurrency": concurrency,
            "collect": "<steps.second.body.got>",
            "on_error": "continue",
        },
        next={"each": ["first"], "done": ["after"]},
    )
    first = send(
        "first", f"{partner.url}/first", retry=FAST_RETRY, with_={"body": "<item>"}, next=["note"]
    )
    note = step("note", "set-values", {"values": {"n": "<item>"}}, next=["second"])
    second = send(
        "second", f"{partner.url}/second", retry=FAST_RETRY, with_={"body": "<steps.note.n>"}
    )
    after = send("after", f"{partner.url}/after", with_={"body": "<steps.lines.results>"})
    return on_webhook("accept", loop, first, note, second, after)


def refuse_one(arrival: Arrival) -> Answer:
    if arrival.path == "/second" and arrival.json == 5:
        return Answer(404)
    return Answer(200, {"got": arrival.json})


@pytest.mark.parametrize(
    "point", ["before-commit", "within-commit", "after-commit", "before-send", "after-send"]
)
@pytest.mark.parametrize("concurrency", [1, 4])
def test_items_that_are_done_are_not_done_again(
    tmp_path: Path, partner: Partner, chance: random.Random, point: str, concurrency: int
) -> None:
    partner.script = refuse_one
    body = {"lines": list(range(ITEMS))}
    posts = [Posted("accept", f"order-{number}", body) for number in range(POSTS)]
    with killing_server(tmp_path, point, chance.randint(POSTS, 10 * POSTS)) as server:
        server.wait_until_ready()
        server.publish("accept", looping(partner, concurrency))
        post_all(server, posts)
        crash = look_at_crash(server, partner)

    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        post_again(server, posts)
        runs = wait_for_ends(server)
        assert len(runs) == POSTS
        for run in runs:
            check_loop(server, run["id"])
    arrived = partner.times_by_key()
    check_arrived(arrived, [run["id"] for run in runs])
    for key in crash.wreck.completed:
        assert arrived[key] == crash.arrived[key], f"{key} was completed and ran again"


def wait_for_ends(server: Server) -> list[dict[str, Any]]:
    def all_ended() -> list[dict[str, Any]]:
        runs = every(server, "/api/v1/runs")
        return runs if all(run["status"] in ENDS for run in runs) else []

    return eventually(all_ended, RECOVERY_SECONDS)


def check_loop(server: Server, run_id: str) -> None:
    """The loop has one result for each item, in order, and one attempt for each of its steps."""
    run = run_of(server, run_id)
    assert run["status"] == "succeeded", run["error"]
    loop = next(one for one in run["steps"] if one["id"] == "lines")
    assert loop["items"] == {"count": ITEMS, "succeeded": ITEMS - 1, "failed": 1, "waiting": []}
    expected = [None if number == 5 else number for number in range(ITEMS)]
    assert loop["output"]["results"] == expected
    items = every(server, f"/api/v1/runs/{run_id}/steps/lines/items")
    assert [item["item"] for item in items] == [[number] for number in range(ITEMS)]
    for item in items:
        for one in item["steps"]:
            assert [attempt["number"] for attempt in one["attempts"]] == [1]


def check_arrived(arrived: Counter[str], runs: list[str]) -> None:
    """Each step of each item went out under a key of its own, twice where the crash was."""
    inside = {f"{name}[{number}]" for name in ("first", "second") for number in range(ITEMS)}
    assert arrived.keys() == {f"{run}.{key}" for run in runs for key in (*inside, "after")}
    assert max(arrived.values()) <= 2
