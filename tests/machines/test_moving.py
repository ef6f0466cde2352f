"""From one machine to several, as docs/many-machines.md tells it: nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.automations import ended_run, on_webhook, post, run_when
from tests.support.builders import step
from tests.support.machines import Machines
from tests.support.partner import LOOPBACK, Partner
from tests.support.server import ROOT, environment, running_server


def test_a_run_that_began_on_one_machine_ends_on_several(
    machines: Machines, partner: Partner, tmp_path: Path
) -> None:
    folder = tmp_path / "single"
    folder.mkdir()
    token = {"X-Token": "<secrets.TOKEN>"}
    ask = step("ask", "send-webhook", {"url": partner.url, "headers": token})
    nap = step("nap", "wait", {"for": "2s"}, next=["ask"])
    with running_server(folder, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        server.call("PUT", "/api/v1/secrets/TOKEN", {"value": "a token of the partner"})
        server.publish("late", on_webhook("late", nap, ask))
        run_id = post(server, "late").json["run_id"]
        run_when(server, run_id, "waiting")
        assert server.stop() == 0
        data_dir = server.data_dir

    copied = command("copy-to", machines.database_url, "--data-dir", str(data_dir))
    key = (data_dir / "secret.key").read_text().strip()
    web = machines.web(PENSTOCK_SECRET_KEY=key)
    machines.worker(PENSTOCK_SECRET_KEY=key)

    assert "Copied 1 automations, 1 runs" in copied
    assert ended_run(web, run_id)["status"] == "succeeded"
    (arrival,) = partner.arrivals
    assert arrival.headers["x-token"] == "a token of the partner"
    assert post(web, "late").status == 202


def command(*arguments: str) -> str:
    """What a command of `penstock` says. Fails when it cannot do it."""
    done = subprocess.run(
        [sys.executable, ROOT / "app.py", *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
