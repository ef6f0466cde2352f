"""Partners that are down or slow while the server stops and starts: nothing is lost or doubled."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.acceptance.sending import problem
from tests.support.automations import (
    FAST_RETRY,
    ended_run,
    every,
    on_webhook,
    post,
    run_when,
    steps_of,
    two_calls,
)
from tests.support.builders import send, step
from tests.support.partner import LOOPBACK, Answer, Arrival, Partner, open_partner
from tests.support.server import Server, free_port, running_server
from tests.support.waiting import eventually

STOP_SECONDS = 20


def stop_in_time(server: Server) -> None:
    """What an orchestrator does; it would kill a server that is late."""
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(STOP_SECONDS) == 0


def test_a_partner_that_is_down_gets_it_after_a_restart(tmp_path: Path) -> None:
    port = free_port()
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        server.publish("sync", two_calls("sync", f"http://127.0.0.1:{port}"))
        accepted = [post(server, "sync", {"n": number}) for number in range(4)]
        run_ids = [reply.json["run_id"] for reply in accepted]
        for run_id in run_ids:
            run_when(server, run_id, "waiting")
        stop_in_time(server)

    with (
        open_partner(port) as partner,
        running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server,
    ):
        runs = [ended_run(server, run_id) for run_id in run_ids]

        assert [run["status"] for run in runs] == ["succeeded"] * 4
        assert all(len(steps_of(run)["first"]["attempts"]) > 1 for run in runs)
        expected = {f"{run_id}.{step_id}" for run_id in run_ids for step_id in ("first", "second")}
        assert partner.times_by_key() == dict.fromkeys(expected, 1)


def test_a_stop_does_not_wait_for_a_partner_that_never_answers(
    tmp_path: Path, partner: Partner
) -> None:
    """What was in flight goes out again after the restart, with the same key."""
    released = partner.gate()

    def answer_never(_arrival: Arrival) -> Answer:
        released.wait(60)
        return Answer(200, {"id": 1})

    partner.script = answer_never
    slow = send("first", f"{partner.url}/first", with_={"timeout": "50s"}, retry=FAST_RETRY)
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        server.publish("slow", on_webhook("slow", slow))
        run_id = post(server, "slow").json["run_id"]
        partner.wait_for(1)
        stop_in_time(server)
        assert server.errors() == ""

    released.set()
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        run = ended_run(server, run_id)

    assert run["status"] == "succeeded"
    assert partner.times_by_key() == {f"{run_id}.first": 2}


def test_a_stop_lets_a_caller_go_whose_run_waits(tmp_path: Path) -> None:
    """It is told which run it is, and is not cut off as the process would be killed for it."""
    hold = step("hold", "wait-for-callback", {"expires": "1h"})
    with running_server(tmp_path) as server, ThreadPoolExecutor(1) as caller:
        server.publish("hold", on_webhook("hold", hold, respond="step", respond_timeout="5m"))
        waiting = caller.submit(post, server, "hold")
        [run] = eventually(lambda: every(server, "/api/v1/runs?automation=hold&status=waiting"))
        stop_in_time(server)
        assert problem(waiting.result(), 504)["run_id"] == run["id"]
        assert server.errors() == ""
