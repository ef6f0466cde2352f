"""The server dies by `kill -9` at a point of its own work, while several callers post."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.crash.callers import plan_posts, post_all, posting
from tests.crash.killing import killing_server
from tests.crash.promises import check_promises, look_at_crash, publish_all
from tests.support.partner import LOOPBACK, Answer, Arrival, Partner
from tests.support.server import running_server

ROUNDS = range(int(os.environ.get("PENSTOCK_CRASH_ROUNDS", "2")))
CALLERS = 5
MOST_PASSES = 8
"""Each caller makes as many posts, so that every point is passed at least so often."""


@pytest.mark.parametrize("_round", ROUNDS)
@pytest.mark.parametrize(
    "point", ["before-commit", "within-commit", "after-commit", "before-send", "after-send"]
)
def test_killed_while_callers_post(
    tmp_path: Path, partner: Partner, chance: random.Random, point: str, _round: int
) -> None:
    posts = plan_posts(chance, CALLERS * MOST_PASSES)
    with killing_server(tmp_path, point, chance.randint(1, MOST_PASSES)) as server:
        server.wait_until_ready()
        publish_all(server, partner)
        post_all(server, posts, CALLERS)
        crash = look_at_crash(server, partner)

    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        check_promises(server, partner, posts, [crash])


@pytest.mark.parametrize("point", ["before-rescue", "after-rescue", "before-claim", "after-claim"])
def test_killed_again_during_the_sweep_of_the_restart(
    tmp_path: Path, partner: Partner, chance: random.Random, point: str
) -> None:
    """The first crash leaves runs in mid-send; the second comes while they are taken up."""
    posts = plan_posts(chance, 12)
    released = partner.gate()

    def answer_after_the_crash(_arrival: Arrival) -> Answer:
        released.wait(60)
        return Answer(200, {"id": 1})

    partner.script = answer_after_the_crash
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        publish_all(server, partner)
        with posting(server, posts):
            partner.wait_for(chance.randint(1, 4))
            server.kill()
        first = look_at_crash(server, partner)
    released.set()
    with killing_server(tmp_path, point, 1) as server:
        second = look_at_crash(server, partner)
    assert second.wreck.runs.keys() == first.wreck.runs.keys()

    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        check_promises(server, partner, posts, [first, second])
