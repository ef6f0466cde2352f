"""The server dies by `kill -9` while keys have runs in line: the order holds, nothing is lost."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.crash.callers import post_all
from tests.crash.keys_in_line import EACH, KEYS, check_order, in_order, plan, post_on, told
from tests.crash.killing import killing_server
from tests.crash.promises import check_ends, look_at_crash
from tests.support.automations import ended_run, every
from tests.support.partner import LOOPBACK, Answer, Arrival, Partner
from tests.support.server import Server, running_server
from tests.support.waiting import eventually


@pytest.mark.parametrize(
    "point", ["before-commit", "within-commit", "after-commit", "before-send", "after-send"]
)
def test_killed_at_a_point_while_keys_are_in_line(
    tmp_path: Path, partner: Partner, chance: random.Random, point: str
) -> None:
    posts = plan()
    with killing_server(tmp_path, point, chance.randint(1, 2 * EACH)) as server:
        server.wait_until_ready()
        server.publish("accept", in_order(partner))
        post_all(server, posts, len(KEYS))
        look_at_crash(server, partner)

    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        post_on(server, posts)
        check_ends(server, partner, posts, kills=1)
    check_order(partner)


def test_killed_while_the_first_of_each_key_is_being_sent(tmp_path: Path, partner: Partner) -> None:
    """All wait behind what was in flight; it goes out again before any of them."""
    posts, released = plan(), partner.gate()

    def answer_after_the_crash(_arrival: Arrival) -> Answer:
        released.wait(60)
        return Answer(200, {"id": 1})

    partner.script = answer_after_the_crash
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        server.publish("accept", in_order(partner))
        post_all(server, posts, len(KEYS))
        partner.wait_for(len(KEYS))
        server.kill()
        look_at_crash(server, partner)
    released.set()
    assert all(one.accepted for one in posts)

    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        check_ends(server, partner, posts, kills=1)
    check_order(partner)


def test_a_killed_worker_keeps_the_order_while_callers_go_on(
    tmp_path: Path, partner: Partner, chance: random.Random
) -> None:
    posts = plan(20)
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        server.publish("accept", in_order(partner))
        with ThreadPoolExecutor(1) as thread:
            posting = thread.submit(post_all, server, posts, len(KEYS))
            partner.wait_for(chance.randint(1, 30))
            server.kill_worker()
            posting.result()
        post_on(server, posts)
        check_ends(server, partner, posts, kills=1)
    check_order(partner, 20)


def test_what_is_held_when_the_server_dies_is_released_in_order_later(
    tmp_path: Path, partner: Partner, chance: random.Random
) -> None:
    """One key fails from the beginning; the kill comes at some moment of its being held."""
    posts = plan()
    partner.script = lambda arrival: Answer(422 if arrival.json["customer"] == "ada" else 200, {})
    with killing_server(tmp_path, "before-commit", chance.randint(4, 3 * EACH)) as server:
        server.wait_until_ready()
        server.publish("accept", in_order(partner))
        post_all(server, posts, len(KEYS))
        look_at_crash(server, partner)

    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        post_on(server, posts)
        [key] = eventually(lambda: server.call("GET", "/api/v1/quarantine").json["items"])
        address = f"/api/v1/quarantine/{key['id']}"
        held = eventually(lambda: _all_held(server, address, EACH - 2))
        assert [one["event"]["body"]["n"] for one in held] == list(range(2, EACH))
        assert key["failures"] == 2

        partner.script = lambda _arrival: Answer(200, {"id": 1})
        before = len(told(partner, "ada"))
        released = server.call("POST", f"{address}/release", {"replay_failed": True}).json
        for run_id in (*released["replayed"], *(one["run_id"] for one in held)):
            assert ended_run(server, run_id)["status"] == "succeeded"

    both = ("/first", "/second")
    again = [(n, path) for n in range(EACH) for path in both]
    assert told(partner, "ada")[before:] == again
    assert len(released["replayed"]) == 2


def _all_held(server: Server, address: str, count: int) -> list[dict[str, Any]]:
    held = every(server, f"{address}/events")
    return held if len(held) == count else []
