"""People are told by real services on the loopback, and no address of theirs is kept anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.automations import ended_run, every, on_webhook, post, steps_of
from tests.support.builders import step
from tests.support.mail import MailSink, open_mail_sink
from tests.support.partner import LOOPBACK, Answer, Partner
from tests.support.server import Server, running_server

PASSWORD = "pass-9f8e7d6c5b4a3210"
TOKEN = "chat-0a1b2c3d4e5f6789"


@pytest.fixture
def mail() -> Iterator[MailSink]:
    with open_mail_sink() as sink:
        yield sink


@pytest.fixture
def telling(tmp_path: Path, partner: Partner, mail: MailSink) -> Iterator[Server]:
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        _know(server, partner, mail)
        yield server


def _know(server: Server, partner: Partner, mail: MailSink) -> None:
    """The secrets that tell: a chat's address, and the password of a mail server."""
    chat = f"json://penstock:{TOKEN}@127.0.0.1:{partner.port}/rooms/{TOKEN}"
    server.call("PUT", "/api/v1/secrets/CHAT", {"value": chat})
    server.call("PUT", "/api/v1/secrets/PASSWORD", {"value": PASSWORD})
    mailed = (
        f"mailto://penstock:<secrets.PASSWORD>@127.0.0.1:{mail.port}"
        "?from=penstock@example.org&to=<customer.email>"
    )
    told = {
        "to": ["CHAT", mailed],
        "title": "Order <order.id>",
        "body": "**<customer.name>** waits.",
        "format": "markdown",
        "type": "warning",
    }
    retry = {"attempts": 2, "initial": "1ms"}
    tell = step("tell", "send-notification", told, retry=retry)
    server.publish("tell", on_webhook("tell", tell))


EVENT = {"order": {"id": "A-7"}, "customer": {"name": "Ada", "email": "ada@example.net"}}


def _run(server: Server) -> dict[str, Any]:
    return ended_run(server, post(server, "tell", EVENT).json["run_id"])


def test_a_chat_and_a_mailbox_are_told(telling: Server, partner: Partner, mail: MailSink) -> None:
    run = _run(telling)

    assert run["status"] == "succeeded", run
    [arrival] = partner.arrivals
    assert arrival.json["title"] == "Order A-7"
    assert arrival.json["type"] == "warning"
    [received] = mail.mails
    assert received.recipients == ("ada@example.net",)
    assert received.login == f"penstock:{PASSWORD}"
    assert "<strong>Ada</strong> waits." in received.text
    entries = {one["url"]: one for one in every(telling, "/api/v1/requests?direction=out")}
    assert entries["json://127.0.0.1"]["status"] == 200
    assert entries["mailto://127.0.0.1"]["status"] == 250
    kept = telling.call("GET", f"/api/v1/requests/{entries['json://127.0.0.1']['id']}").json
    assert json.loads(kept["request_body"])["body"] == "**Ada** waits."


def test_what_has_arrived_is_not_sent_again(
    telling: Server, partner: Partner, mail: MailSink
) -> None:
    partner.answers(Answer(503, TOKEN), Answer(200))

    run = _run(telling)

    assert run["status"] == "succeeded", run
    assert len(partner.arrivals) == 2
    assert len(mail.mails) == 1
    first, second = steps_of(run)["tell"]["attempts"]
    assert (first["outcome"], second["outcome"]) == ("retry", "succeeded")


def test_no_address_and_no_part_of_one_is_kept(
    telling: Server, partner: Partner, mail: MailSink
) -> None:
    partner.script = lambda _arrival: Answer(403, f"{TOKEN} is no longer welcome")

    run = _run(telling)
    shown = json.dumps([run, every(telling, "/api/v1/requests")])
    assert telling.stop() == 0
    disk = b"".join(file.read_bytes() for file in telling.data_dir.iterdir())

    assert run["status"] == "failed"
    assert 'CHAT: 127.0.0.1 answered 403 Forbidden: "[masked] is no longer welcome"' in run["error"]
    for secret in (TOKEN, PASSWORD):
        assert secret not in shown
        assert secret not in telling.errors()
        assert secret.encode() not in disk
    assert b"is no longer welcome" in disk


def test_without_leave_nobody_in_a_private_network_is_told(
    tmp_path: Path, partner: Partner, mail: MailSink
) -> None:
    with running_server(tmp_path) as server:
        _know(server, partner, mail)

        run = _run(server)

    assert run["status"] == "failed"
    assert run["error"].count("127.0.0.1 is a loopback address") == 2
    assert partner.arrivals == []
    assert mail.mails == []
