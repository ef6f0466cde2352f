"""The generic channel: every status of its table, through HTTP."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.acceptance.sending import problem
from tests.support.automations import ended_run, every, on_webhook
from tests.support.builders import make_document, step
from tests.support.server import Reply, Server, call
from tests.support.waiting import eventually

PATH = "/api/v1/events"
KEPT = step("keep", "set-values", {"values": {"seen": "<order.id> <trigger.type>"}})


@pytest.fixture
def channel(server: Server) -> Iterator[Server]:
    """A server whose channel is open, with an automation that takes `order.*`."""
    server.publish("billing", on_event("order.*"))
    turn(server, on=True)
    yield server
    turn(server, on=False)


def on_event(*names: str) -> dict[str, Any]:
    configuration = {"event": list(names)} if names else {}
    trigger = {"type": "event", "with": configuration, "next": ["keep"]}
    return make_document(KEPT, trigger=trigger)


def turn(server: Server, *, on: bool) -> None:
    assert server.call("PATCH", "/api/v1/settings", {"channels": {"events": on}}).status == 200


def message(**changes: Any) -> dict[str, Any]:
    made = {"automation_id": "billing", "event": "order.created", "payload": {"order": {"id": 7}}}
    return {**made, **changes}


def runs_of(server: Server, automation_id: str) -> list[dict[str, Any]]:
    return every(server, f"/api/v1/runs?automation={automation_id}")


def test_a_message_starts_the_automation_with_its_name_in_the_context(channel: Server) -> None:
    reply = channel.call("POST", PATH, message())

    assert (reply.status, reply.json["status"]) == (202, "accepted")
    assert reply.json["automation_id"] == "billing"
    (listed,) = runs_of(channel, "billing")
    run = ended_run(channel, listed["id"])
    assert run["output"] == {"seen": "7 order.created"}
    assert run["event"]["id"] == reply.json["message_id"]
    (logged,) = every(channel, f"/api/v1/requests?run={run['id']}")
    assert (logged["direction"], logged["status"], logged["url"]) == ("in", 202, PATH)


def test_the_channel_is_off_until_an_admin_turns_it_on(server: Server) -> None:
    server.publish("off", on_event())
    reply = server.call("POST", PATH, message(automation_id="off"))
    assert "the generic channel is off" in problem(reply, 403)["detail"]
    assert runs_of(server, "off") == []


def test_without_a_key_or_its_scope_nothing_is_taken(channel: Server) -> None:
    problem(call("POST", f"{channel.url}{PATH}", message()), 401)
    made = channel.call("POST", "/api/v1/keys", {"name": "reader", "scopes": ["read"]})
    headers = {"Authorization": f"Bearer {made.json['value']}"}
    problem(call("POST", f"{channel.url}{PATH}", message(), headers), 403)


def test_a_key_of_the_scope_trigger_is_enough(channel: Server) -> None:
    made = channel.call("POST", "/api/v1/keys", {"name": "shop", "scopes": ["trigger"]})
    headers = {"Authorization": f"Bearer {made.json['value']}"}
    assert call("POST", f"{channel.url}{PATH}", message(), headers).status == 202


def test_an_unknown_automation_is_404(channel: Server) -> None:
    problem(channel.call("POST", PATH, message(automation_id="nobody")), 404)


def test_a_disabled_automation_is_403(channel: Server) -> None:
    channel.publish("resting", on_event())
    channel.call("POST", "/api/v1/automations/resting/disable")
    reply = channel.call("POST", PATH, message(automation_id="resting"))
    assert "disabled" in problem(reply, 403)["detail"]


def test_an_automation_that_a_webhook_starts_says_so(channel: Server) -> None:
    channel.publish("hooked", on_webhook("hooked"))
    reply = channel.call("POST", PATH, message(automation_id="hooked"))
    assert "started by its trigger webhook" in problem(reply, 409)["detail"]


@pytest.mark.parametrize("name", ["invoice.created", None])
def test_a_name_that_the_trigger_does_not_take_is_422(channel: Server, name: str | None) -> None:
    sent = message(event=name)
    if name is None:
        del sent["event"]
    (fault,) = problem(channel.call("POST", PATH, sent), 422)["errors"]
    assert fault["path"] == "$.event"
    assert "order.*" in fault["message"]


def test_without_a_filter_any_name_will_do_and_none(channel: Server) -> None:
    channel.publish("any", on_event())
    named = channel.call("POST", PATH, message(automation_id="any", event="what.ever"))
    unnamed = {"automation_id": "any", "payload": {"order": {"id": 1}}}
    assert (named.status, channel.call("POST", PATH, unnamed).status) == (202, 202)


def test_a_message_that_is_not_of_the_form_is_refused_with_every_fault(channel: Server) -> None:
    sent = {"automation_id": "", "event": "no spaces", "extra": 1}
    found = problem(channel.call("POST", PATH, sent), 422)["errors"]
    paths = {fault["path"] for fault in found}
    assert paths == {"$.automation_id", "$.event", "$.extra", "$.payload"}
    not_json = b'{"automation_id": "billing", "payload": NaN}'
    as_json = {"Content-Type": "application/json"}
    problem(channel.call("POST", PATH, not_json, **as_json), 400)


def test_a_body_over_64_kib_is_413(channel: Server) -> None:
    frame = len(b'{"automation_id":"billing","event":"order.created","payload":""}')
    fits = b'{"automation_id":"billing","event":"order.created","payload":"%b"}'
    as_json = {"Content-Type": "application/json"}
    largest = fits % (b"x" * (65_536 - frame))
    assert channel.call("POST", PATH, largest, **as_json).status == 202
    problem(channel.call("POST", PATH, fits % (b"x" * (65_537 - frame)), **as_json), 413)


def test_a_repeated_key_is_a_duplicate_and_with_another_message_422(channel: Server) -> None:
    first = channel.call("POST", PATH, message(), **{"Idempotency-Key": "m-1"})
    again = channel.call("POST", PATH, message(), **{"Idempotency-Key": "m-1"})
    other = channel.call("POST", PATH, message(payload=2), **{"Idempotency-Key": "m-1"})

    assert again.json == {"status": "duplicate", "event_id": first.json["message_id"]}
    assert (first.status, again.status) == (202, 200)
    problem(other, 422)


def test_of_fifty_equal_messages_at_once_one_is_taken(channel: Server) -> None:
    channel.publish("crowd", on_event())
    together = threading.Barrier(50)

    def send_one(_number: int) -> Reply:
        together.wait(60)
        sent = message(automation_id="crowd")
        return channel.call("POST", PATH, sent, **{"Idempotency-Key": "the-one"})

    with ThreadPoolExecutor(50) as clients:
        replies = list(clients.map(send_one, range(50)))

    assert len(runs_of(channel, "crowd")) == 1
    statuses = Counter(reply.status for reply in replies)
    assert statuses[202] == 1
    assert statuses.keys() <= {202, 200, 409}


def test_what_is_refused_is_in_the_log(channel: Server) -> None:
    channel.call("POST", PATH, message(automation_id="nobody-ever"))

    def logged() -> bool:
        entries = every(channel, "/api/v1/requests?direction=in&status=404")
        return any("nobody-ever" in str(entry["error"]) for entry in entries)

    assert eventually(logged)
