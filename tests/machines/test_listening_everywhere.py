"""Somebody listens for a request at one web process; partners' requests come to another."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.config import Config
from store import Cipher, open_store
from tests.support.automations import on_webhook, post
from tests.support.live_pages import LivePages, make_implementer, told
from tests.support.machines import SECRET_KEY, Machines
from tests.support.server import Reply, Server
from tests.support.waiting import eventually

DRAFT = on_webhook("orders")


@pytest.fixture
def webs(machines: Machines) -> Iterator[tuple[LivePages, Server]]:
    """An implementer at one web process, and another web process."""
    first, second = machines.web(), machines.web()
    make_implementer(Config(database_url=machines.database_url, secret_key=SECRET_KEY))
    pages = LivePages(first)
    yield pages, second
    pages.leave()


def test_a_request_to_the_other_web_process_is_heard(webs: tuple[LivePages, Server]) -> None:
    pages, other = webs
    pages.server.call("PUT", "/api/v1/automations/orders", DRAFT)
    events = told(pages.ask("GET", "/automations/orders/listen"))
    assert next(events)[0] == "waiting"

    # The other process has looked by now, unless the machine is slow.
    reply = eventually(lambda: taken(post(other, "orders", {"order": 1})))

    assert (reply.status, reply.json["status"]) == (202, "captured")
    name, data = next(events)
    assert (name, data["sample"]["event"]["body"]) == ("captured", {"order": 1})
    assert data["sample"]["id"] == reply.json["sample_id"]
    assert [name for name, _ in events] == ["over"]
    eventually(lambda: post(other, "orders").status == 404)
    assert "Traceback" not in pages.server.errors() + other.errors()


def test_what_a_live_automation_takes_elsewhere_is_heard_and_so_is_what_it_refuses(
    webs: tuple[LivePages, Server],
) -> None:
    pages, other = webs
    schema = {"type": "object", "required": ["order"]}
    other.publish("orders", on_webhook("orders", body_schema=schema))
    events = told(pages.ask("GET", "/automations/orders/listen"))
    assert next(events)[0] == "waiting"

    with ThreadPoolExecutor(1) as reader:
        told_first = reader.submit(next, events)
        eventually(lambda: post(other, "orders", {}).status == 400 and told_first.done())
    name, data = told_first.result()
    assert (name, data["status"]) == ("refused", 400)
    assert post(other, "orders", {"order": 2}).json["status"] == "accepted"

    captured = next(data for name, data in events if name == "captured")
    assert captured["sample"]["event"]["body"] == {"order": 2}


def test_the_listeners_of_a_process_that_died_take_nothing(
    machines: Machines, webs: tuple[LivePages, Server]
) -> None:
    pages, other = webs
    auth = {"type": "header", "header": "X-Token", "secret": "SHOP"}
    pages.server.call("PUT", "/api/v1/automations/orders", on_webhook("orders", auth=auth))
    assert next(told(pages.ask("GET", "/automations/orders/listen")))[0] == "waiting"
    eventually(lambda: post(other, "orders").status == 401)

    pages.server.kill()
    store = open_store(machines.database_url, Cipher(SECRET_KEY.encode()))
    [left] = store.listenings.elsewhere("nobody", 0)
    # What it was renewed for last is over, as it would be within 15 s.
    store.commit([store.listenings.renew("default", left, 1)])
    store.close()

    eventually(lambda: post(other, "orders").status == 404)


def taken(reply: Reply) -> Reply | None:
    """An answer to a request for which there is somebody."""
    return None if reply.status == 404 else reply
