"""The server dies by `kill -9` with deliveries on their way: each arrives, under one id."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.crash.callers import Posted, post_again, post_all, posting
from tests.crash.killing import POINTS, killing_server
from tests.crash.promises import RECOVERY_SECONDS
from tests.crash.wreck import read_deliveries
from tests.support.automations import every, on_webhook
from tests.support.partner import LOOPBACK, Answer, Arrival, Partner
from tests.support.server import Server, running_server
from tests.support.waiting import eventually

ROUNDS = range(int(os.environ.get("PENSTOCK_CRASH_ROUNDS", "2")))
CALLERS = 5
MOST_PASSES = 8


def prepare(server: Server, partner: Partner) -> None:
    """An automation that sends nothing, and an endpoint that is told of each of its runs."""
    server.publish("note", on_webhook("note", respond="finished"))
    order = {"url": f"{partner.url}/hooks", "events": ["run.*"]}
    assert server.call("POST", "/api/v1/subscriptions", order).status == 201


def plan(count: int) -> list[Posted]:
    return [Posted("note", f"order-{number}", {"order": number}) for number in range(count)]


def arrived(partner: Partner) -> Counter[str]:
    """How often each message arrived."""
    return Counter(one.headers["webhook-id"] for one in partner.arrivals)


@dataclass(frozen=True)
class Crash:
    """What is known of a crash: the deliveries on disk, and how often each was at the partner."""

    stored: Mapping[str, str]
    arrived: Counter[str]


def look_at_crash(server: Server, partner: Partner) -> Crash:
    server.wait_until_gone()
    partner.wait_until_settled()
    return Crash(read_deliveries(server.data_dir), arrived(partner))


def check(server: Server, partner: Partner, posts: list[Posted], crash: Crash) -> None:
    """Every run was told of once, by a message that arrived, and by none that was never stored."""
    post_again(server, posts)

    def all_delivered() -> list[dict[str, str]]:
        found = every(server, "/api/v1/deliveries")
        done = len(found) == len(posts) and {one["status"] for one in found} == {"delivered"}
        return found if done else []

    found = eventually(all_delivered, RECOVERY_SECONDS)
    ids = {one["id"] for one in found}
    assert crash.stored.keys() <= ids
    assert arrived(partner).keys() == ids
    assert max(arrived(partner).values()) <= 2
    for one, status in crash.stored.items():
        if status == "delivered":
            assert arrived(partner)[one] == crash.arrived[one], f"{one} was done and came again"
    runs = Counter(arrival.json["data"]["run_id"] for arrival in unlike(partner.arrivals))
    assert runs == {run["id"]: 1 for run in every(server, "/api/v1/runs")}
    assert "Traceback" not in server.errors()


def unlike(arrivals: list[Arrival]) -> list[Arrival]:
    """Each message once; what came again was the same."""
    first: dict[str, Arrival] = {}
    for one in arrivals:
        known = first.setdefault(one.headers["webhook-id"], one)
        assert known.body == one.body
    return list(first.values())


@pytest.mark.parametrize("_round", ROUNDS)
@pytest.mark.parametrize(
    "point",
    [
        *POINTS,
        "before-delivery-claim",
        "after-delivery-claim",
    ],
)
def test_killed_while_deliveries_are_sent(
    tmp_path: Path, partner: Partner, chance: random.Random, point: str, _round: int
) -> None:
    posts = plan(CALLERS * MOST_PASSES)
    passes = 2 if point.endswith("claim") else chance.randint(1, MOST_PASSES)
    with killing_server(tmp_path, point, passes) as server:
        server.wait_until_ready()
        prepare(server, partner)
        post_all(server, posts, CALLERS)
        crash = look_at_crash(server, partner)

    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        check(server, partner, posts, crash)


def test_killed_while_the_endpoint_thinks(
    tmp_path: Path, partner: Partner, chance: random.Random
) -> None:
    """What was in flight arrives once more, under the same id."""
    posts = plan(20)
    released = partner.gate()

    def answer_after_the_crash(_arrival: Arrival) -> Answer:
        released.wait(60)
        return Answer(200)

    partner.script = answer_after_the_crash
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        prepare(server, partner)
        with posting(server, posts):
            partner.wait_for(chance.randint(1, 8))
            server.kill()
        crash = look_at_crash(server, partner)
    released.set()
    assert crash.arrived.keys() <= crash.stored.keys()
    assert set(crash.stored.values()) == {"pending"}

    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        check(server, partner, posts, crash)

    again = arrived(partner)
    assert {one: again[one] for one in crash.arrived} == dict.fromkeys(crash.arrived, 2)


def test_killed_again_as_they_are_rescued(
    tmp_path: Path, partner: Partner, chance: random.Random
) -> None:
    """The second crash comes while the restart takes up what the first one left."""
    posts = plan(20)
    partner.answers(Answer(503))
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        prepare(server, partner)
        with posting(server, posts):
            partner.wait_for(chance.randint(1, 8))
            server.kill()
        first = look_at_crash(server, partner)
    partner.answers(Answer(200))
    with killing_server(tmp_path, chance.choice(["before", "after"]) + "-delivery-rescue", 1):
        pass

    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        check_arrival(server, partner, posts, first)


def check_arrival(server: Server, partner: Partner, posts: list[Posted], crash: Crash) -> None:
    """Each was delivered at last; one that failed before has come more often."""
    post_again(server, posts)

    def all_delivered() -> bool:
        found = every(server, "/api/v1/deliveries")
        return len(found) == len(posts) and {one["status"] for one in found} == {"delivered"}

    assert eventually(all_delivered, RECOVERY_SECONDS)
    assert crash.stored.keys() <= arrived(partner).keys()
    unlike(partner.arrivals)
