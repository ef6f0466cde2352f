"""`penstock send` stores what a request would have brought; only a server executes it."""

from __future__ import annotations

import pytest

from app import WholeInstallation
from core.config import Config
from core.states import RunStatus
from tests.support.builders import make_document, send, step
from tests.support.server import ADMIN_KEY, running_server

pytestmark = pytest.mark.usefixtures("tables")

ECHO = make_document(
    step(
        "answer",
        "set-values",
        {"values": {"order": "<order.id>", "till": "<trigger.params.till>"}},
    ),
    trigger={
        "type": "webhook",
        "with": {
            "path": "tills/{till}",
            "auth": {"type": "header", "header": "X-Token", "secret": "TOKEN"},
            "allow_ips": ["203.0.113.0/24"],
            "body_schema": {"type": "object", "required": ["order"]},
        },
        "next": ["answer"],
    },
)
EVENT = {"method": "POST", "path": "tills/12", "body": {"order": {"id": "A-1"}}}


def test_without_a_server_the_run_waits_for_one_and_the_command_says_so(penstock, write):
    penstock("import", str(write("echo.json", ECHO)), "--publish")
    event = str(write("event.json", EVENT))
    finished = penstock("send", "echo", "--file", event)
    assert finished.status == 0
    assert [line.split()[0] for line in finished.out.splitlines()] == ["event", "run"]
    assert "no server is running: the run waits for one" in finished.errors
    waited = penstock("send", "echo", "--file", event, "--wait")
    assert waited.status == 1
    assert "no server is running" in waited.errors


def test_a_running_server_executes_what_was_sent_before_and_after_its_start(
    penstock, write, tmp_path
):
    penstock("import", str(write("echo.json", ECHO)), "--publish")
    event = str(write("event.json", EVENT))
    before = penstock("send", "echo", "--file", event, "--json").json
    with running_server(tmp_path) as server:
        waited = penstock("send", "echo", "--file", event, "--wait")
        assert waited.status == 0, waited
        assert "succeeded" in waited.out
        assert '"till": "12"' in waited.out
        shown = penstock("send", "echo", "--file", event, "--wait", "--json").json
        assert shown["output"] == {"order": "A-1", "till": "12"}
        assert shown["event"]["path"] == "/hooks/default/tills/12"
        assert server.call("GET", f"/api/v1/runs/{before['run_id']}").json["status"] == "succeeded"
    assert ADMIN_KEY not in waited.out


def test_a_run_that_fails_fails_the_command_that_waits(penstock, write, tmp_path):
    penstock("import", str(write("echo.json", ECHO)), "--publish")
    with running_server(tmp_path):
        finished = penstock("send", "echo", "--body", '{"order": {}}', "--wait")
    assert finished.status == 1
    assert "failed" in finished.out
    assert "order.id" in finished.out


def test_the_body_alone_can_be_piped_in(penstock, write):
    penstock("import", str(write("orders.json")), "--publish")
    assert penstock("send", "orders", "--body", "-", typed='{"a": 1}').status == 0


def test_a_manual_automation_takes_the_fields_of_its_form_and_waits_too(penstock, write, tmp_path):
    fields = {"properties": {"service": {"type": "string"}}, "required": ["service"]}
    trigger = {"type": "manual", "with": {"fields": fields}, "next": "ask"}
    manual = make_document(send("ask", "https://partner.example/"), trigger=trigger)
    penstock("import", str(write("ping.json", manual)), "--publish")
    sent = penstock("send", "ping", "--body", '{"service": "shop"}', "--json").json
    with WholeInstallation().open(Config(data_dir=tmp_path / "data")) as service:
        assert service.runs.get("default", sent["run_id"]).run.status is RunStatus.QUEUED
    refused = penstock("send", "ping", "--body", "{}")
    assert refused.status == 1
    assert "$.service: is missing" in refused.errors


def test_what_the_trigger_would_refuse_is_refused(penstock, write):
    penstock("import", str(write("echo.json", ECHO)), "--publish")
    finished = penstock("send", "echo", "--body", '{"customer": {}}')
    assert finished.status == 1
    assert "$.order: is missing" in finished.errors
    elsewhere = write("elsewhere.json", {**EVENT, "path": "orders"})
    finished = penstock("send", "echo", "--file", str(elsewhere))
    assert finished.status == 1
    assert "$.path: does not fit the trigger's path tills/{till}" in finished.errors


def test_a_file_that_describes_no_event_is_refused_with_its_faults(penstock, write):
    penstock("import", str(write("orders.json")), "--publish")
    finished = penstock("send", "orders", "--file", str(write("bad.json", {"headers": {"A": 1}})))
    assert finished.status == 1
    assert "$.body: is missing" in finished.errors
    assert "$.headers.A: must be a text" in finished.errors
    assert penstock("send", "orders", "--body", "{").status == 1


def test_only_what_is_live_can_be_sent_to(penstock, write):
    penstock("import", str(write("orders.json")))
    assert "is not published" in penstock("send", "orders", "--body", "{}").errors
    assert "there is no automation" in penstock("send", "nothing", "--body", "{}").errors


def test_a_run_that_is_held_is_not_waited_for(penstock, write, tmp_path):
    """Its key failed: it may be days before a person releases it."""
    settings = {"quarantine": {"key": "everything", "after": 1}}
    penstock("import", str(write("echo.json", {**ECHO, "settings": settings})), "--publish")
    with running_server(tmp_path):
        assert penstock("send", "echo", "--body", '{"order": {}}', "--wait").status == 1
        held = penstock("send", "echo", "--body", '{"order": {"id": "A-1"}}', "--wait")
    assert held.status == 1
    assert "held" in held.out
