"""Whoever wants to hear of what happened is told: endpoints of subscriptions, and automations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from standardwebhooks import Webhook

from tests.support.automations import on_webhook, post
from tests.support.builders import make_document, send, step
from tests.support.partner import Arrival, Partner
from tests.support.server import Server
from tests.support.waiting import eventually

ENDPOINT, AUTOMATION = "/endpoint", "/automation"
"""Where the partner is told by a delivery, and where by a run that an event started."""


@contextmanager
def listening(
    server: Server, partner: Partner, event: str, happen: Callable[[], object]
) -> Iterator[str]:
    """A subscription and an automation for an event, once both hear it; the former's secret.

    Whoever executes knows of them within the time that such knowledge may be old.
    """
    order = {"url": f"{partner.url}{ENDPOINT}", "events": [event]}
    made = server.call("POST", "/api/v1/subscriptions", order)
    assert made.status == 201, made.body
    trigger = {"type": "event", "with": {"event": event}, "next": ["tell"]}
    tell = send("tell", f"{partner.url}{AUTOMATION}", with_={"body": {"data": "<trigger.body>"}})
    server.publish("listening", make_document(tell, trigger=trigger))
    paths = {ENDPOINT, AUTOMATION}
    eventually(lambda: happen() and {one.path for one in partner.arrivals} == paths)
    yield made.json["secret"]
    subscription = f"/api/v1/subscriptions/{made.json['id']}"
    for path in (subscription, "/api/v1/automations/listening"):
        assert server.call("DELETE", path).status == 204


def told(partner: Partner, path: str, **data: Any) -> list[Arrival]:
    """What has come to a path that says this."""
    arrivals = [one for one in partner.arrivals if one.path == path]
    return [one for one in arrivals if one.json["data"].items() >= data.items()]


def test_a_failed_run_is_told_to_an_endpoint_and_to_an_automation(
    front: Server, partner: Partner
) -> None:
    stop = step("stop", "stop", {"status": "failed", "message": "no stock"})
    front.publish("stock", on_webhook("stock", stop))
    with listening(front, partner, "run.failed", lambda: post(front, "stock")) as secret:
        run_id = post(front, "stock").json["run_id"]

        [arrival] = eventually(lambda: told(partner, ENDPOINT, run_id=run_id))
        [heard] = eventually(lambda: told(partner, AUTOMATION, run_id=run_id))

    message = Webhook(secret).verify(arrival.body, dict(arrival.headers))
    assert (message["type"], message["data"]["error"]) == ("run.failed", "no stock")
    assert heard.json["data"] == message["data"]


def test_what_a_run_emits_is_told_once_to_whoever_listens(front: Server, partner: Partner) -> None:
    emit = step("emit", "emit-event", {"event": "order.paid", "payload": {"order": "<order>"}})
    front.publish("pay", on_webhook("pay", emit))
    with listening(front, partner, "order.paid", lambda: post(front, "pay", {"order": "first"})):
        for number in range(5):
            assert post(front, "pay", {"order": number}).status == 202

        for path in (ENDPOINT, AUTOMATION):
            for number in range(5):
                arrivals = eventually(lambda n=number, to=path: told(partner, to, order=n))
                assert len(arrivals) == 1
