"""The server, or one of its two processes, is killed at a moment that its partner or API shows."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

from tests.crash.callers import PATHS, plan_posts, post_again, posting
from tests.crash.promises import check_ends, check_promises, look_at_crash, publish_all
from tests.support.automations import ended_run, on_webhook, post, run_of, run_when, steps_of
from tests.support.builders import send
from tests.support.partner import LOOPBACK, Answer, Arrival, Partner
from tests.support.server import running_server
from tests.support.waiting import eventually


def test_killed_while_sending(tmp_path: Path, partner: Partner, chance: random.Random) -> None:
    """What was in flight arrives once more, with the same key."""
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
        crash = look_at_crash(server, partner)
    released.set()
    assert crash.arrived
    assert not crash.wreck.completed & crash.arrived.keys()

    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        check_promises(server, partner, posts, [crash])

    again = partner.times_by_key()
    assert {key: again[key] for key in crash.arrived} == dict.fromkeys(crash.arrived, 2)


def test_killed_while_a_retry_waits(tmp_path: Path, partner: Partner) -> None:
    """The attempts go on where they were: the next one has the next number and the same key."""
    partner.answers(Answer(503, {"busy": True}))
    retry = {"attempts": 3, "initial": "5s", "jitter": 0}
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        server.publish("retry", on_webhook("retry", send("sync", partner.url, retry=retry)))
        run_ids = [post(server, "retry", {"n": number}).json["run_id"] for number in range(5)]
        for run_id in run_ids:
            run_when(server, run_id, "waiting")
        partner.answers(Answer(200, {"id": 1}))
        server.kill()
        crash = look_at_crash(server, partner)

    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        for run_id in run_ids:
            run = ended_run(server, run_id)
            assert run["status"] == "succeeded"
            attempts = steps_of(run)["sync"]["attempts"]
            assert [(one["number"], one["outcome"]) for one in attempts] == [
                (1, "retry"),
                (2, "succeeded"),
            ]
            assert partner.times_by_key()[f"{run_id}.sync"] >= 2
    assert crash.arrived.keys() == partner.times_by_key().keys()


def test_killed_between_parallel_branches(tmp_path: Path, partner: Partner) -> None:
    """One branch has its answer, the other waits for it: only that one is sent again."""
    released = partner.gate()

    def answer(arrival: Arrival) -> Answer:
        if arrival.path == "/slow":
            released.wait(60)
        return Answer(200, {"from": arrival.path})

    partner.script = answer
    branches = [send(name, f"{partner.url}/{name}", next=["after"]) for name in ("quick", "slow")]
    joined = send("after", f"{partner.url}/after", with_={"body": "<steps.quick.body.from>"})
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        server.publish("fan", on_webhook("fan", *branches, joined, start=["quick", "slow"]))
        run_id = post(server, "fan").json["run_id"]
        partner.wait_for(2)
        eventually(lambda: _status_of(run_of(server, run_id), "quick") == "succeeded")
        server.kill()
        look_at_crash(server, partner)
    released.set()

    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        assert ended_run(server, run_id)["status"] == "succeeded"

    assert partner.times_by_key() == {
        f"{run_id}.quick": 1,
        f"{run_id}.slow": 2,
        f"{run_id}.after": 1,
    }
    assert partner.arrivals[-1].json == "/quick"


def _status_of(run: dict[str, object], step_id: str) -> object:
    return steps_of(run)[step_id]["status"]


def test_a_killed_worker_loses_nothing_while_callers_go_on(
    tmp_path: Path, partner: Partner, chance: random.Random
) -> None:
    """The supervisor brings another one, which takes up what the first one held."""
    posts = plan_posts(chance, 60)
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        publish_all(server, partner)
        with posting(server, posts, stop=False):
            partner.wait_for(chance.randint(1, 40))
            server.kill_worker()
        assert {one.path for one in posts if one.accepted} == set(PATHS)
        post_again(server, posts)

        check_ends(server, partner, posts, kills=1)


def test_a_killed_supervisor_takes_the_worker_along_and_nothing_is_lost(
    tmp_path: Path, partner: Partner, chance: random.Random
) -> None:
    posts = plan_posts(chance, 60)
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        publish_all(server, partner)
        with posting(server, posts):
            partner.wait_for(chance.randint(1, 40))
            os.kill(server.process.pid, signal.SIGKILL)
            server.wait_until_gone()
        crash = look_at_crash(server, partner)

    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        check_promises(server, partner, posts, [crash])
