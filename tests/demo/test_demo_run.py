"""`penstock run --demo`: from the start to the printed answer, as a new user meets it."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import PATIENCE, ROOT, Reply, Server, call, environment, starting_server

EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with starting_server(tmp_path_factory.mktemp("demo"), "--demo") as server:
        yield server, server.wait_until_ready("answers {")


def test_the_printed_call_gives_the_printed_answer(demo):
    _, said = demo
    (line,) = [line for line in said if line.lstrip().startswith("curl ")]
    expected = said[-1].partition("answers ")[2]
    assert json.loads(_run_call(line)) == json.loads(expected)


def test_the_printed_command_makes_a_key_that_works(demo):
    server, said = demo
    (line,) = [line for line in said if "key create" in line]
    value = _in_shell(line).decode().strip()
    key = {"Authorization": f"Bearer {value}"}
    assert call("GET", f"{server.url}/api/v1/settings", headers=key).status == 200


@pytest.mark.parametrize(
    ("name", "status", "answer"),
    [
        ("partner-sync", 200, {"remote": "rem-acme", "synced": True, "via": "partner"}),
        ("payment-authorisation", 200, {"payment": "P-90210", "authorisation": "auth-P-90210"}),
        ("legacy-xml", 201, {"order": "A-7003", "number": "L-1001", "booked": True}),
        ("public-form", 303, None),
        ("erp-booking", 201, {"booking": "erp-A-7005"}),
        ("partner-changes", 202, None),
    ],
)
def test_an_example_answers_its_event(demo, name, status, answer):
    server, _ = demo
    reply = _post_event(server, name)
    assert reply.status == status, reply.body
    assert answer is None or reply.json == answer


def test_the_fan_out_tells_all_three_systems_and_reports(demo):
    server, _ = demo
    assert _post_event(server, "order-fan-out").status == 202
    run = _send_and_wait(server, "order-fan-out")
    assert run["status"] == "succeeded"
    attempts = {step["id"]: len(step["attempts"]) for step in run["steps"]}
    assert attempts == {"figures": 1, "crm": 1, "warehouse": 3, "invoice": 1, "report": 1}


def test_what_the_partner_was_sent_is_logged_without_the_secret(demo):
    server, _ = demo
    _post_event(server, "partner-sync")
    listed = server.call("GET", "/api/v1/requests?direction=out&limit=20").json["items"]
    (sync, *_) = [item for item in listed if "/partners/acme/sync" in item["url"]]
    entry = server.call("GET", f"/api/v1/requests/{sync['id']}")
    assert "[secret:PARTNER_TOKEN]" in entry.body.decode()
    assert b"demo-partner-token" not in entry.body


def test_a_server_that_others_reach_keeps_its_loopback_closed_and_says_how_to_open_it(tmp_path):
    with starting_server(tmp_path, "--demo", PENSTOCK_HOST="0.0.0.0") as server:
        said = server.wait_until_ready("PENSTOCK_ALLOW_PRIVATE=127.0.0.1/32")
        assert not any("curl" in line for line in said)
        reply = _post_event(server, "partner-sync")
        assert (reply.status, reply.json["error"]) == (502, "partner unavailable")


def _run_call(line: str) -> bytes:
    """Runs a printed line in a shell, or on a machine without curl, what it stands for."""
    if shutil.which("curl"):
        return _in_shell(line)
    words = shlex.split(line)
    method, url = words[words.index("-X") + 1], words[words.index("-X") + 2]
    name, _, value = words[words.index("-H") + 1].partition(": ")
    return call(method, url, words[words.index("-d") + 1].encode(), {name: value}).body


def _post_event(server: Server, name: str) -> Reply:
    event = _read(EXAMPLES / name / "event.json")
    body = event["body"]
    sent = body.encode() if isinstance(body, str) else body
    url = f"{server.url}/hooks/default/{event['path']}"
    return call(event["method"], url, sent, event["headers"])


def _send_and_wait(server: Server, name: str) -> Any:
    event = str(EXAMPLES / name / "event.json")
    command = [sys.executable, str(ROOT / "app.py"), "send", name, "--file", event]
    command += ["--wait", "--json", "--data-dir", str(server.data_dir)]
    return json.loads(_in_shell(shlex.join(command)))


def _in_shell(line: str) -> bytes:
    done = subprocess.run(
        line, shell=True, check=True, env=environment(), capture_output=True, timeout=PATIENCE
    )
    return done.stdout


def _read(file: Path) -> Any:
    return json.loads(file.read_text())
