"""With PENSTOCK_LOG_FORMAT=json every process writes objects, its supervisor too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from redis import Redis

from tests.support.machines import Machines
from tests.support.redis_clients import waiting_clients
from tests.support.server import Server, running_server
from tests.support.waiting import eventually


def lines(server: Server) -> list[dict[str, Any]]:
    """The lines of a server's log, each of which is an object."""
    written = server.errors()
    return [json.loads(line) for line in written[: written.rfind("\n") + 1].splitlines()]


def of(server: Server, logger: str) -> dict[str, Any]:
    """The first line that a module wrote, once it has."""
    eventually(lambda: any(line["logger"] == logger for line in lines(server)))
    return next(line for line in lines(server) if line["logger"] == logger)


def test_web_and_worker_write_objects(machines: Machines) -> None:
    web = machines.web(PENSTOCK_LOG_FORMAT="json")
    worker = machines.worker(PENSTOCK_LOG_FORMAT="json")
    with Redis.from_url(machines.redis.url) as client:
        eventually(lambda: waiting_clients(client))
    machines.redis.stop()

    told = of(worker, "dispatch.rq.worker")
    assert told["level"] == "WARNING"
    assert told["time"].endswith("Z")
    assert told["message"].startswith("there are no wake-ups, it is looked every second")

    web.kill_worker()
    assert "another follows" in of(web, "api.supervisor")["message"]


def test_the_supervisor_of_one_process_writes_objects(tmp_path: Path) -> None:
    with running_server(tmp_path, PENSTOCK_LOG_FORMAT="json") as server:
        server.kill_worker()
        told = of(server, "api.supervisor")
        assert told["level"] == "ERROR"
        assert told["message"] == "the working process ended (-9); another follows"


def test_the_format_may_be_a_flag(tmp_path: Path) -> None:
    with running_server(tmp_path, "--log-format", "json") as server:
        server.kill_worker()
        assert of(server, "api.supervisor")["level"] == "ERROR"
