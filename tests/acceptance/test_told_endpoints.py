"""From what happens to the endpoint that is told of it, through real HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.support.automations import every, on_webhook, post, run_of
from tests.support.builders import step
from tests.support.partner import Answer, Arrival, Partner
from tests.support.server import Server
from tests.support.waiting import eventually

PATH = "/api/v1/subscriptions"


def failing(path: str) -> dict[str, Any]:
    """An automation whose runs fail."""
    return on_webhook(path, step("stop", "stop", {"status": "failed", "message": "no stock"}))


def subscribe(server: Server, partner: Partner, automation: str, **written: Any) -> dict[str, Any]:
    """A subscription to what happens with one automation."""
    scope = {"automations": [automation]}
    body = {"url": f"{partner.url}/hooks", "events": ["run.*"], "scope": scope, **written}
    made = server.call("POST", PATH, body)
    assert made.status == 201, made.body
    subscription: dict[str, Any] = made.json
    return subscription


def verified(secret: str, arrival: Arrival) -> Any:
    """What the library of receivers makes of a request; it refuses what is not signed right."""
    return Webhook(secret).verify(arrival.body, dict(arrival.headers))


def delivered(server: Server, subscription: dict[str, Any], count: int = 1) -> list[Any]:
    """The deliveries of a subscription once so many of them have arrived."""
    path = f"/api/v1/deliveries?subscription={subscription['id']}&status=delivered"

    def there() -> list[Any]:
        found = every(server, path)
        return found if len(found) == count else []

    return eventually(there)


def test_a_failed_run_reaches_the_endpoint_signed(server: Server, partner: Partner) -> None:
    server.publish("stock", failing("stock"))
    subscription = subscribe(server, partner, "stock", events=["run.failed"])
    run_id = post(server, "stock", {"order": 7}).json["run_id"]

    [arrival] = partner.wait_for(1)

    message = verified(subscription["secret"], arrival)
    run = run_of(server, run_id)
    assert (message["type"], message["tenant"], message["version"]) == ("run.failed", "default", 1)
    assert message["data"] == {
        "run_id": run_id,
        "automation_id": "stock",
        "automation_name": "Orders",
        "version": 1,
        "event_id": run["event"]["id"],
        "status": "failed",
        "error": run["error"],
        "started_at": run["created_at"],
        "finished_at": run["finished_at"],
    }
    [delivery] = delivered(server, subscription)
    assert arrival.headers["webhook-id"] == message["id"] == delivery["id"]
    read = server.call("GET", f"/api/v1/deliveries/{delivery['id']}").json
    assert read["message"] == message
    [attempt] = read["attempts"]
    logged = server.call("GET", f"/api/v1/requests/{attempt['request_id']}").json
    assert logged["request_body"] == arrival.body.decode()
    assert (logged["status"], logged["delivery_id"]) == (200, delivery["id"])
    assert subscription["secret"] not in str(logged)


def test_a_delivery_that_fails_comes_again_and_a_replay_keeps_its_id(
    server: Server, partner: Partner
) -> None:
    partner.answers(Answer(503), Answer(200))
    server.publish("again", on_webhook("again"))
    subscription = subscribe(server, partner, "again")
    post(server, "again")
    first, second = partner.wait_for(2)
    [delivery] = delivered(server, subscription)
    assert delivery["tries"] == 2

    replayed = server.call("POST", f"/api/v1/deliveries/{delivery['id']}/replay")
    assert replayed.status == 202
    *_, third = partner.wait_for(3)

    arrivals = (first, second, third)
    assert {one.headers["webhook-id"] for one in arrivals} == {delivery["id"]}
    assert {one.body for one in arrivals} == {first.body}
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    for one in arrivals:
        verified(subscription["secret"], one)


@pytest.mark.parametrize(
    ("name", "auth"),
    [
        (
            "plain",
            {
                "type": "hmac",
                "header": "X-Penstock-Signature",
                "prefix": "sha256=",
                "secret": "PLAIN",
            },
        ),
        (
            "standard",
            {"type": "signature", "scheme": "standard-webhooks", "secrets": ["STANDARD"]},
        ),
    ],
)
def test_an_endpoint_of_penstock_itself_takes_either_signature(
    server: Server, name: str, auth: dict[str, Any]
) -> None:
    """One automation fails, another is told of it over HTTP and checks the signature."""
    told, broken = f"told-{name}", f"broken-{name}"
    server.publish(told, on_webhook(told, auth=auth))
    server.publish(broken, failing(broken))
    order = {
        "url": f"{server.url}/hooks/default/{told}",
        "events": ["run.failed"],
        "scope": {"automations": [broken]},
    }
    made = server.call("POST", PATH, order).json
    value = {"value": made["secret"]}
    assert server.call("PUT", f"/api/v1/secrets/{name.upper()}", value).status == 204

    run_id = post(server, broken).json["run_id"]

    [delivery] = delivered(server, made)
    [run] = eventually(lambda: every(server, f"/api/v1/runs?automation={told}"))
    event = run_of(server, run["id"])["event"]
    assert (event["body"]["id"], event["body"]["data"]["run_id"]) == (delivery["id"], run_id)
    assert post(server, told, event["body"]).status == 401


def test_an_endpoint_that_does_not_answer_keeps_no_other_waiting(
    server: Server, partner: Partner
) -> None:
    silence = partner.gate()

    def script(arrival: Arrival) -> Answer:
        if arrival.path == "/silent":
            silence.wait(60)
        return Answer(200)

    partner.script = script
    server.publish("shared", on_webhook("shared"))
    subscribe(server, partner, "shared", url=f"{partner.url}/silent")
    quick = subscribe(server, partner, "shared", url=f"{partner.url}/quick")
    for number in range(20):
        post(server, "shared", {"n": number})

    delivered(server, quick, count=20)

    def silent() -> int:
        return sum(one.path == "/silent" for one in partner.arrivals)

    assert eventually(lambda: silent() == 8)
    assert not silence.is_set()
