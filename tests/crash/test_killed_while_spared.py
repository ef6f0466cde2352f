"""The server dies by `kill -9` while runs are held back to spare their partner: they go on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.automations import ended_run, every, on_webhook, post, run_of, run_when, steps_of
from tests.support.builders import send
from tests.support.partner import LOOPBACK, Answer, Arrival, Partner
from tests.support.server import Server, free_port, running_server
from tests.support.waiting import eventually

HELD = 6
ONCE = {"attempts": 1}


def attempts(server: Server, run_id: str) -> list[tuple[int, str]]:
    [sync] = steps_of(run_of(server, run_id)).values()
    return [(attempt["number"], attempt["outcome"]) for attempt in sync["attempts"]]


def endpoint(server: Server, origin: str) -> dict[str, Any] | None:
    found = [one for one in every(server, "/api/v1/endpoints") if one["origin"] == origin]
    return found[0] if found else None


def publish(server: Server, name: str, url: str) -> None:
    server.publish(name, on_webhook(name, send("sync", url, with_={"timeout": "50s"}, retry=ONCE)))


def test_runs_that_are_held_back_survive_and_lose_no_attempt(
    tmp_path: Path, partner: Partner
) -> None:
    released = partner.gate()

    def answer_after_the_crash(_arrival: Arrival) -> Answer:
        released.wait(60)
        return Answer(200, {"id": 1})

    partner.script = answer_after_the_crash
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        limits = {"endpoints": {partner.url: {"concurrency": 1}}}
        assert server.call("PATCH", "/api/v1/settings", limits).status == 200
        publish(server, "sync", f"{partner.url}/sync")
        first = post(server, "sync").json["run_id"]
        partner.wait_for(1)
        held = [post(server, "sync").json["run_id"] for _ in range(HELD)]
        for run_id in held:
            run_when(server, run_id, "waiting")
            assert attempts(server, run_id) == [(1, "deferred")]
        server.kill()

    released.set()
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        runs = [ended_run(server, run_id) for run_id in (first, *held)]
        made = [attempts(server, run_id) for run_id in held]

    assert [run["status"] for run in runs] == ["succeeded"] * (HELD + 1)
    assert made == [[(1, "succeeded")]] * HELD
    sent = partner.times_by_key()
    assert {sent[f"{run_id}.sync"] for run_id in held} == {1}
    assert sent[f"{first}.sync"] == 2


def test_every_circuit_is_closed_after_the_restart(tmp_path: Path) -> None:
    """What is known of endpoints is in memory; to learn it again costs ten requests."""
    dead = f"http://127.0.0.1:{free_port()}"
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        publish(server, "dead", dead)
        for _ in range(10):
            ended_run(server, post(server, "dead").json["run_id"])
        assert eventually(lambda: (endpoint(server, dead) or {}).get("state") == "open")
        held = post(server, "dead").json["run_id"]
        run_when(server, held, "waiting")
        server.kill()

    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        assert endpoint(server, dead) is None
        run_id = post(server, "dead").json["run_id"]
        assert ended_run(server, run_id)["status"] == "failed"
        assert attempts(server, run_id) == [(1, "failed")]
        assert (endpoint(server, dead) or {}).get("state") == "closed"
