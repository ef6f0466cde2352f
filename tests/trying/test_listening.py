"""Listening for the next real request: what comes is kept, what is refused is told."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from core.errors import BusyError, ConflictError, InvalidError
from core.request_store import RequestFilter
from core.samples import SampleSource
from core.writes import ListQuery
from engine.replies import JsonReply, Problem
from engine.trying import listeners, listening
from engine.trying.listening import Listening
from tests.support.builders import make_document
from tests.support.live_pages import live_pages, told
from tests.support.server import call
from tests.support.workbench import TENANT, Workbench, workbench


@pytest.fixture
def bench(tmp_path: Path) -> Any:
    with workbench(tmp_path) as opened:
        yield opened


def draft(path: str = "orders", **options: Any) -> dict[str, Any]:
    trigger = {"type": "webhook", "with": {"path": path, **options}, "next": ["answer"]}
    return make_document(trigger=trigger)


def listen(bench: Workbench, document: Any = None, user: str = "ada") -> Listening:
    heard = bench.service.listeners.listen(TENANT, "orders", document or draft(), user=user)
    assert next(heard).name == "waiting"
    return heard


def test_a_request_to_the_live_automation_is_processed_and_kept(bench: Workbench) -> None:
    bench.publish(make_document())
    heard = listen(bench)

    reply = bench.post({"order": {"id": 7}}, headers={"authorization": "Bearer abc"})

    assert isinstance(reply, JsonReply)
    assert reply.payload["status"] == "accepted"
    assert bench.last_run().status == "succeeded"
    captured, over = heard
    assert (captured.name, over.name) == ("captured", "over")
    event = captured.data["sample"]["event"]
    assert event["body"] == {"order": {"id": 7}}
    assert event["headers"]["authorization"] == "Bearer [masked]"
    [kept] = bench.service.samples.list(TENANT, "orders")
    assert (kept.id, kept.source) == (captured.data["sample"]["id"], SampleSource.CAPTURED)


def test_a_request_to_a_draft_that_is_not_live_is_captured_and_starts_nothing(
    bench: Workbench,
) -> None:
    heard = listen(bench, draft("shops/{shop}/orders"))

    reply = bench.post({"id": 1}, path="shops/berlin/orders")

    assert isinstance(reply, JsonReply)
    assert (reply.status, reply.payload["status"]) == (202, "captured")
    assert next(heard).data["sample"]["event"]["params"] == {"shop": "berlin"}
    [kept] = bench.service.samples.list(TENANT, "orders")
    assert kept.id == reply.payload["sample_id"]
    bench.store.check()
    [entry] = bench.service.requests.list(TENANT, RequestFilter(), ListQuery()).items
    assert (entry.direction, entry.status, entry.event_id) == ("in", 202, None)
    assert bench.post({"id": 2}, path="shops/berlin/orders").status == 404  # type: ignore[union-attr]


def test_who_listens_is_told_why_a_request_was_refused(bench: Workbench) -> None:
    auth = {"type": "header", "header": "X-Token", "secret": "SHOP"}
    heard = listen(bench, draft(auth=auth))

    reply = bench.post({"id": 1}, headers={"x-token": "a guess"})

    assert isinstance(reply, Problem)
    assert reply.status == 401
    assert "SHOP" not in reply.detail
    refused = next(heard)
    assert (refused.name, refused.data["status"]) == ("refused", 401)
    assert "needs the secret SHOP, which does not exist" in refused.data["detail"]

    bench.service.secrets.put(TENANT, "SHOP", "shop-token-1")
    bench.post({"id": 1}, headers={"x-token": "shop-token-1"})

    captured = next(heard)
    assert captured.name == "captured"
    assert captured.data["sample"]["event"]["headers"]["x-token"] == "[masked]"


def test_a_refusal_of_the_live_automation_is_told_too(bench: Workbench) -> None:
    schema = {"type": "object", "required": ["order"]}
    document = draft(body_schema=schema)
    bench.publish(document)
    heard = listen(bench, document)

    bench.post({})

    assert next(heard).data["errors"] == [{"path": "$.order", "message": "is missing"}]


def test_the_methods_of_a_draft_are_its_own(bench: Workbench) -> None:
    bench.publish(make_document())
    heard = listen(bench, draft(methods=["PUT"]))

    assert bench.post({}, method="PUT").status == 202  # type: ignore[union-attr]
    assert next(heard).data["sample"]["event"]["method"] == "PUT"


def test_another_tenant_s_requests_are_not_heard(bench: Workbench) -> None:
    bench.service.tenants.create("globex", "Globex")
    heard = bench.service.listeners.listen("globex", "orders", draft(), user="eve")

    assert bench.post({}).status == 404  # type: ignore[union-attr]
    heard.close()


def test_two_who_listen_get_the_same_sample(bench: Workbench) -> None:
    first, second = listen(bench), listen(bench)

    bench.post({})

    ids = {next(one).data["sample"]["id"] for one in (first, second)}
    assert ids == {one.id for one in bench.service.samples.list(TENANT, "orders")}
    assert len(ids) == 1


def test_it_is_over_when_nobody_came(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "LONGEST_SECONDS", 0.0)
    heard = listen(bench)

    assert [(one.name, one.data["detail"]) for one in heard] == [
        ("over", "nothing came within 10 minutes")
    ]
    assert bench.service.listeners.any is False


def test_who_leaves_is_woken_and_nothing_is_left_of_him(bench: Workbench) -> None:
    heard = listen(bench)
    names: list[str] = []
    reader = threading.Thread(target=lambda: names.extend(one.name for one in heard))
    reader.start()

    heard.close()
    reader.join(60)

    assert names == ["over"]
    assert bench.service.listeners.any is False
    assert bench.post({}).status == 404  # type: ignore[union-attr]


def test_what_cannot_be_listened_for_is_told_in_words(bench: Workbench) -> None:
    with pytest.raises(InvalidError, match="trigger has faults"):
        listen(bench, draft("/orders/"))
    with pytest.raises(ConflictError, match="webhook"):
        listen(bench, {"trigger": {"type": "manual"}})


def test_one_user_listens_a_few_times_and_leaves_the_other_places_to_others(
    bench: Workbench,
) -> None:
    mine = [listen(bench) for _ in range(listeners.MOST_OF_A_USER)]
    with pytest.raises(BusyError, match="4 listeners of yours are under way"):
        listen(bench)
    others = [listen(bench, user=f"user-{number % 7}") for number in range(28)]
    with pytest.raises(BusyError, match="32 listeners are under way"):
        listen(bench, user="one more")

    mine[0].close()
    listen(bench, user="one more").close()
    for one in (*mine, *others):
        one.close()
    assert bench.service.listeners.any is False


def test_a_listener_that_nobody_reads_loses_its_place_with_its_time(bench: Workbench) -> None:
    unread = [listen(bench) for _ in range(listeners.MOST_OF_A_USER)]

    bench.clock.turn(round(listening.LONGEST_SECONDS * 1000))

    assert bench.post({"id": 1}).status == 404  # type: ignore[union-attr]
    listen(bench).close()
    for one in unread:
        one.close()


def test_a_server_that_stops_lets_its_listeners_go(tmp_path: Path) -> None:
    with live_pages(tmp_path) as pages:
        pages.server.call("PUT", "/api/v1/automations/orders", draft())
        events = told(pages.ask("GET", "/automations/orders/listen"))
        next(events)

        assert pages.server.stop() == 0

        assert [(name, data) for name, data in events] == [
            ("over", {"detail": "the server is being stopped"})
        ]


def test_a_real_request_reaches_the_page_that_listens(tmp_path: Path) -> None:
    with live_pages(tmp_path) as pages:
        pages.server.call("PUT", "/api/v1/automations/orders", draft())
        events = told(pages.ask("GET", "/automations/orders/listen"))
        assert next(events)[1] == {"path": "/hooks/default/orders", "methods": ["POST"]}

        reply = call("POST", f"{pages.server.url}/hooks/default/orders", {"order": 1})

        assert (reply.status, reply.json["status"]) == (202, "captured")
        name, data = next(events)
        assert (name, data["sample"]["event"]["body"]) == ("captured", {"order": 1})
        assert [name for name, _ in events] == ["over"]
        listed = pages.json("GET", "/automations/orders/samples")["items"]
        assert [one["id"] for one in listed] == [reply.json["sample_id"]]
