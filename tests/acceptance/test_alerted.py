"""An automation that fails alerts through HTTP: in the API, to an automation, to a chat."""

from __future__ import annotations

from typing import Any

from tests.support.automations import every, on_webhook, post
from tests.support.builders import send, step
from tests.support.partner import Answer, Partner
from tests.support.server import Server
from tests.support.waiting import eventually

ONCE = {"attempts": 1}
TOKEN = "chat-0a1b2c3d4e5f6789"


def test_failures_are_told_wherever_somebody_listens(server: Server, partner: Partner) -> None:
    partner.script = lambda one: Answer(500 if one.path == "/sync" else 200, {})
    chat = f"json://penstock:{TOKEN}@127.0.0.1:{partner.port}/rooms/{TOKEN}"
    server.call("PUT", "/api/v1/secrets/OPS_CHAT", {"value": chat})
    rules = {"failures": {"count": 2, "within": "1h"}, "notify": ["OPS_CHAT"]}
    sync = send("sync", f"{partner.url}/sync", retry=ONCE)
    server.publish("failing", on_webhook("failing", sync, settings={"alerts": rules}))
    hear = step("hear", "set-values", {"values": {"heard": "<seen>"}})
    ears = on_webhook("ears", hear)
    ears["trigger"] = {"type": "event", "with": {"event": "alert.raised"}, "next": ["hear"]}
    server.publish("ears", ears)

    post(server, "failing")
    post(server, "failing")

    def raised() -> list[dict[str, Any]]:
        found = every(server, "/api/v1/alerts?state=raised&automation=failing")
        return [one for one in found if one["notices"][0]["state"] == "delivered"]

    [alert] = eventually(raised)
    assert alert["rule"] == "failures"
    assert alert["seen"].startswith("2 runs of Orders failed within 1 h; the last: sync: ")
    [run] = eventually(lambda: every(server, "/api/v1/runs?automation=ears&status=succeeded"))
    whole = server.call("GET", f"/api/v1/runs/{run['id']}").json
    assert whole["output"] == {"heard": alert["seen"]}
    [told] = [one for one in partner.arrivals if one.path.startswith("/rooms/")]
    assert alert["seen"] in str(told.json)
    assert TOKEN not in str(every(server, "/api/v1/alerts"))
    assert TOKEN not in server.errors()
