"""A partner calls back at the address it was handed, through HTTP, after a crash of the server."""

from __future__ import annotations

from pathlib import Path

from tests.support.automations import ended_run, on_webhook, post, run_when
from tests.support.builders import send, step
from tests.support.partner import LOOPBACK, Partner
from tests.support.server import Server, call, running_server

HOLD = step("hold", "wait-for-callback", {"expires": "1h"}, next=["keep"])
KEEP = step("keep", "set-values", {"values": {"answer": "<steps.hold.body.answer>"}})


def waiting_run(server: Server, partner: Partner) -> tuple[str, str]:
    """A run that waits for a callback, and the address that its partner was handed."""
    tell = send(
        "tell", partner.url, with_={"body": {"back": "<run.callbacks.hold>"}}, next=["hold"]
    )
    server.publish("carrier", on_webhook("carrier", tell, HOLD, KEEP))
    run_id = post(server, "carrier").json["run_id"]
    run_when(server, run_id, "waiting")
    return run_id, partner.arrivals[-1].json["back"]


def test_a_waiting_run_outlives_a_crash(tmp_path: Path, partner: Partner) -> None:
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        run_id, address = waiting_run(server, partner)
        server.kill()
    port = int(server.url.rpartition(":")[2])
    with running_server(tmp_path, port=port, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as again:
        assert call("POST", address, {"answer": "late"}).status == 200
        assert ended_run(again, run_id)["output"] == {"answer": "late"}
