"""Who may start an automation: 401 for strangers of every kind, 403 without the scope."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

import pytest

from tests.acceptance.sending import problem
from tests.support.automations import every, on_webhook, post, run_of
from tests.support.server import Reply, Server

SECRET = "a secret of the tests"


def basic(user: str, password: str) -> dict[str, str]:
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def signed(body: bytes, moment: int, secret: str = SECRET) -> dict[str, str]:
    content = f"{moment}.".encode() + body
    digest = hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
    return {"X-Signature": f"sha256={digest}", "X-Timestamp": str(moment)}


NOW = int(time.time())
BODY = b'{"n":1}'
AUTH = {
    "key": {"type": "key"},
    "basic": {"type": "basic", "user": "partner", "secret": "INBOUND"},
    "header": {"type": "header", "header": "X-Token", "secret": "INBOUND"},
    "hmac": {
        "type": "hmac",
        "header": "X-Signature",
        "secret": "INBOUND",
        "prefix": "sha256=",
        "timestamp_header": "X-Timestamp",
        "tolerance": "1h",
    },
}
STRANGERS = [
    ("key", {}),
    ("key", {"Authorization": "Bearer psk_somebody-else"}),
    ("key", {"X-Api-Key": "psk_somebody-else"}),
    ("basic", {}),
    ("basic", basic("partner", "wrong")),
    ("basic", basic("somebody", SECRET)),
    ("basic", {"Authorization": "Basic ///"}),
    ("header", {}),
    ("header", {"X-Token": "wrong"}),
    ("hmac", {}),
    ("hmac", signed(BODY, NOW, "wrong")),
    ("hmac", signed(b'{"n":2}', NOW)),
    ("hmac", signed(BODY, NOW - 7200)),
    ("hmac", signed(BODY, NOW + 7200)),
    ("hmac", {**signed(BODY, NOW), "X-Timestamp": str(NOW + 1)}),
]
FRIENDS = [
    ("key", {"Authorization": f"Bearer {Server.key}"}),
    ("key", {"X-Api-Key": Server.key}),
    ("basic", basic("partner", SECRET)),
    ("header", {"X-Token": SECRET}),
    ("hmac", signed(BODY, NOW)),
]


def guarded_post(server: Server, kind: str, headers: dict[str, str]) -> Reply:
    server.call("PUT", "/api/v1/secrets/INBOUND", {"value": SECRET})
    server.publish(f"auth-{kind}", on_webhook(f"auth/{kind}", auth=AUTH[kind]))
    return post(server, f"auth/{kind}", BODY, {"Content-Type": "application/json", **headers})


@pytest.mark.parametrize(("kind", "headers"), STRANGERS)
def test_no_or_bad_credentials_are_401_and_start_nothing(
    server: Server, kind: str, headers: dict[str, str]
) -> None:
    before = len(every(server, f"/api/v1/runs?automation=auth-{kind}"))

    reply = guarded_post(server, kind, headers)

    assert SECRET not in str(problem(reply, 401))
    assert reply.headers["www-authenticate"]
    assert len(every(server, f"/api/v1/runs?automation=auth-{kind}")) == before


@pytest.mark.parametrize(("kind", "headers"), FRIENDS)
def test_good_credentials_are_taken_and_not_kept(
    server: Server, kind: str, headers: dict[str, str]
) -> None:
    reply = guarded_post(server, kind, headers)

    assert reply.status == 202, reply.body
    shown = str(run_of(server, reply.json["run_id"]))
    for value in headers.values():
        assert value == headers.get("X-Timestamp") or value not in shown


def test_a_key_without_the_scope_is_403(server: Server) -> None:
    made = server.call("POST", "/api/v1/keys", {"name": "reader", "scopes": ["read"]})

    reply = guarded_post(server, "key", {"Authorization": f"Bearer {made.json['value']}"})

    problem(reply, 403)
