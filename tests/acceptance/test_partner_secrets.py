"""What reaches a partner and nobody else, and what does not leave at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.automations import ended_run, every, on_webhook, post
from tests.support.builders import send, step
from tests.support.partner import LOOPBACK, Answer, Arrival, Partner
from tests.support.server import Server, running_server

SECRET = "tok-9f8e7d6c5b4a3210"


@pytest.fixture
def secretive(tmp_path: Path) -> Iterator[Server]:
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        server.call("PUT", "/api/v1/secrets/TOKEN", {"value": SECRET})
        yield server


def test_a_secret_reaches_the_partner_and_nobody_else(secretive: Server, partner: Partner) -> None:
    """The partner echoes it wherever it can; neither the API nor the disk shows it."""

    def echo(arrival: Arrival) -> Answer:
        status = {"/ok": 200, "/busy": 503}.get(arrival.path.partition("?")[0], 418)
        return Answer(status, {"you sent": SECRET, SECRET: [SECRET]}, {"X-Echo": SECRET})

    partner.script = echo
    told = {
        "headers": {"Authorization": "Bearer <secrets.TOKEN>", "X-Plain": "<secrets.TOKEN>"},
        "query": {"token": "<secrets.TOKEN>"},
        "body": {"token": "a <secrets.TOKEN> b"},
    }
    retry = {"attempts": 2, "initial": "1ms"}
    steps = [
        send("ok", f"{partner.url}/ok", with_=told, next=["busy"]),
        send("busy", f"{partner.url}/busy", with_=told, retry=retry, next={"error": ["teapot"]}),
        send("teapot", f"{partner.url}/<secrets.TOKEN>", with_=told, next={"error": ["say"]}),
        step("say", "respond", {"status": 200, "body": "<steps.teapot.body>"}),
    ]
    secretive.publish("told", on_webhook("told", *steps, respond="step"))

    reply = post(secretive, "told", {}, {"X-Api-Key": SECRET, "X-Other": f"({SECRET})"})

    assert reply.status == 200
    assert SECRET.encode() not in reply.body
    assert len(partner.arrivals) == 4
    for arrival in partner.arrivals:
        assert arrival.headers["authorization"] == f"Bearer {SECRET}"
        assert arrival.headers["x-plain"] == SECRET
        assert SECRET in arrival.path
        assert arrival.json == {"token": f"a {SECRET} b"}
    assert SECRET not in _all_the_api_shows(secretive)
    assert SECRET not in secretive.errors()


def _all_the_api_shows(server: Server) -> str:
    (run,) = every(server, "/api/v1/runs")
    requests = every(server, "/api/v1/requests")
    paths = [
        "/api/v1/runs",
        f"/api/v1/runs/{run['id']}",
        "/api/v1/requests",
        *(f"/api/v1/requests/{entry['id']}" for entry in requests),
        "/api/v1/secrets",
        "/api/v1/automations",
        "/api/v1/automations/told",
        "/api/v1/automations/told/versions",
        "/api/v1/settings",
        "/api/v1/keys",
    ]
    assert len(requests) == 5
    return "".join(server.call("GET", path).body.decode() for path in paths)


def test_a_secret_stands_in_no_byte_on_the_disk(secretive: Server, partner: Partner) -> None:
    partner.script = lambda _arrival: Answer(200, {"you sent": SECRET}, {"X-Echo": SECRET})
    told = {"headers": {"Authorization": "Bearer <secrets.TOKEN>"}}
    secretive.publish("told", on_webhook("told", send("ok", partner.url, with_=told)))
    run_id = post(secretive, "told", {"order": "a-visible-order"}).json["run_id"]
    assert ended_run(secretive, run_id)["status"] == "succeeded"

    files = [file for file in secretive.data_dir.iterdir() if file.name != "lock"]
    while_running = b"".join(file.read_bytes() for file in files)
    assert secretive.stop() == 0
    afterwards = b"".join(file.read_bytes() for file in secretive.data_dir.iterdir())

    assert len(partner.arrivals) == 1
    for kept in (while_running, afterwards):
        assert b"a-visible-order" in kept
        assert SECRET.encode() not in kept


@pytest.mark.parametrize("injected", ["a\r\nX-Injected: yes", "a\nb", "a\rb", "a\0b"])
def test_a_header_that_would_split_is_not_sent(
    server: Server, partner: Partner, injected: str
) -> None:
    headers = {"headers": {"X-Order": "<order>"}}
    server.publish("split", on_webhook("split", send("sync", partner.url, with_=headers)))

    run = ended_run(server, post(server, "split", {"order": injected}).json["run_id"])

    assert run["status"] == "failed"
    assert "X-Order" in run["error"]
    assert partner.arrivals == []


def test_addresses_that_are_not_allowed_are_not_called(tmp_path: Path, partner: Partner) -> None:
    with running_server(tmp_path) as server:
        server.publish("guarded", on_webhook("guarded", send("sync", "<url>")))
        written = ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]"]
        urls = [f"http://{host}:{partner.port}/" for host in written]

        runs = [
            ended_run(server, post(server, "guarded", {"url": url}).json["run_id"]) for url in urls
        ]

        assert [run["status"] for run in runs] == ["failed"] * len(urls)
        assert partner.arrivals == []
