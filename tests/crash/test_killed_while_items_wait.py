"""The server dies while the items of a loop wait: for callbacks, a moment, another automation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.automations import ended_run, every, on_webhook, post, run_of, run_when
from tests.support.builders import send, step
from tests.support.partner import LOOPBACK, Partner
from tests.support.server import Server, call, running_server
from tests.support.waiting import eventually

LINES = ["a", "b", "c", "d"]


def round_of(partner: Partner) -> dict[str, Any]:
    """Three items at once: each is sent away, called back, handed on to `child`, and paused."""
    around = {"items": "<lines>", "concurrency": 3, "collect": COLLECTED}
    loop = step("lines", "for-each", around, next={"each": ["tell"]})
    body = {"item": "<item>", "back": "<run.callbacks.hold>"}
    tell = send("tell", partner.url, with_={"body": body}, next=["hold"])
    hold = step("hold", "wait-for-callback", {"expires": "1h"}, next=["child"])
    payload = {"of": "<steps.hold.body.answer>"}
    child = step("child", "run-automation", {"automation": "child", "payload": payload})
    child["next"] = ["pause"]
    pause = step("pause", "wait", {"for": "1s"})
    return on_webhook("round", loop, tell, hold, child, pause)


COLLECTED = {"item": "<item>", "said": "<steps.child.output.said>"}


def backs(partner: Partner) -> dict[str, str]:
    """The addresses by item, as far as they were handed out."""
    return {one.json["item"]: one.json["back"] for one in partner.arrivals}


def waiting(server: Server, run_id: str) -> list[int]:
    loop = next(one for one in run_of(server, run_id)["steps"] if one["id"] == "lines")
    found: list[int] = loop["items"]["waiting"]
    return found


def test_no_item_that_was_heard_is_told_again_and_none_that_waits_is_lost(
    tmp_path: Path, partner: Partner
) -> None:
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        said = step("said", "set-values", {"values": {"said": "<of>"}})
        server.publish("child", on_webhook("child", said))
        server.publish("round", round_of(partner))
        run_id = post(server, "round", {"lines": LINES}).json["run_id"]
        run_when(server, run_id, "waiting")
        urls = backs(partner)
        assert urls.keys() == {"a", "b", "c"}
        assert call("POST", urls["b"], {"answer": "B"}).status == 200
        assert eventually(lambda: waiting(server, run_id) == [0, 2, 3])
        assert call("POST", backs(partner)["d"], {"answer": "D"}).status == 200
        server.kill()
    before = partner.times_by_key()
    port = int(server.url.rpartition(":")[2])

    with running_server(tmp_path, port=port, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as again:
        for item in ("c", "a"):
            assert call("POST", urls[item], {"answer": item.upper()}).status == 200
        run = ended_run(again, run_id)
        children = every(again, "/api/v1/runs?automation=child")

    assert run["status"] == "succeeded", run["error"]
    assert run["output"]["results"] == [{"item": one, "said": one.upper()} for one in LINES]
    assert partner.times_by_key() == before == {f"{run_id}.tell[{n}]": 1 for n in range(4)}
    assert len(children) == len(LINES)
    assert {one["status"] for one in children} == {"succeeded"}
