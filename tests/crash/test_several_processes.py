"""Several working processes of one server, behind one port and over one SQLite file."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config import Config
from tests.crash.callers import plan_posts, post_again, posting
from tests.crash.promises import check_ends, check_promises, look_at_crash, publish_all
from tests.support.automations import every, on_webhook, post
from tests.support.live_pages import LivePages, make_implementer, told
from tests.support.partner import LOOPBACK, Partner
from tests.support.server import Server, call, children, running_server
from tests.support.waiting import eventually

PROCESSES = 3
CALLS = 24
"""Each over a connection of its own: that all of them come to one process is as good as never."""
ACCEPTED = "penstock_accepted_events_total"
SETTINGS = {"PENSTOCK_PROCESSES": str(PROCESSES), "PENSTOCK_ALLOW_PRIVATE": LOOPBACK}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running_server(tmp_path, **SETTINGS) as started:
        all_are_up(started)
        yield started
        assert "Traceback" not in started.errors()


def all_are_up(server: Server) -> None:
    """Every process has a writer once it works."""
    eventually(lambda: sum(len(children(one)) for one in server.workers()) == PROCESSES)
    eventually(lambda: _measured(server, "penstock_executors") >= PROCESSES)


def _measured(server: Server, name: str) -> int:
    measured = call("GET", f"{server.url}/metrics").body.decode()
    (line,) = [one for one in measured.splitlines() if one.startswith(f"{name} ")]
    return int(float(line.split()[1]))


def test_what_one_process_changes_holds_for_all_at_once(server: Server) -> None:
    for answer in range(4):
        body = {"answer": answer}
        respond = {"id": "answer", "action": "respond", "with": {"body": body}}
        server.publish("orders", on_webhook("orders", respond, respond="step"))
        assert [post(server, "orders").json for _ in range(CALLS)] == [body] * CALLS


def test_a_key_that_is_removed_opens_nothing_any_more(server: Server) -> None:
    made = server.call("POST", "/api/v1/keys", {"name": "short", "scopes": ["read"]}).json
    headers = {"Authorization": f"Bearer {made['value']}"}

    def statuses() -> set[int]:
        url = f"{server.url}/api/v1/runs"
        return {call("GET", url, headers=headers).status for _ in range(CALLS)}

    assert statuses() == {200}
    assert server.call("DELETE", f"/api/v1/keys/{made['id']}").status == 204
    assert statuses() == {401}


def test_what_all_have_counted_is_told_by_each_and_outlives_one(server: Server) -> None:
    server.publish("orders", on_webhook("orders"))
    for _ in range(CALLS):
        assert post(server, "orders").status == 202
    eventually(lambda: {_measured(server, ACCEPTED) for _ in range(CALLS)} == {CALLS})

    os.kill(server.workers()[0], signal.SIGKILL)

    all_are_up(server)
    assert {_measured(server, ACCEPTED) for _ in range(CALLS)} == {CALLS}


def test_a_request_to_any_process_is_heard(server: Server) -> None:
    make_implementer(Config(data_dir=server.data_dir))
    pages = LivePages(server)
    server.call("PUT", "/api/v1/automations/orders", on_webhook("orders"))
    for order in range(3):
        events = told(pages.ask("GET", "/automations/orders/listen"))
        assert next(events)[0] == "waiting"
        eventually(lambda: post(server, "orders", {"order": order}).status == 202)  # noqa: B023
        name, data = next(events)
        assert (name, data["sample"]["event"]["body"]) == ("captured", {"order": order})
        assert [name for name, _ in events] == ["over"]
        eventually(lambda: post(server, "orders").status == 404)
    pages.leave()


def test_one_that_is_killed_loses_nothing_and_another_follows(
    server: Server, partner: Partner, chance: random.Random
) -> None:
    publish_all(server, partner)
    posts = plan_posts(chance, 60)

    with posting(server, posts, stop=False):
        partner.wait_for(chance.randint(1, 20))
        os.kill(chance.choice(server.workers()), signal.SIGKILL)

    all_are_up(server)
    post_again(server, posts)
    check_ends(server, partner, posts, kills=1)


def test_all_killed_at_once_come_back_with_everything(
    tmp_path: Path, partner: Partner, chance: random.Random
) -> None:
    posts = plan_posts(chance, 60)
    with running_server(tmp_path, **SETTINGS) as server:
        all_are_up(server)
        publish_all(server, partner)
        with posting(server, posts):
            partner.wait_for(chance.randint(1, 20))
            server.kill()
        crash = look_at_crash(server, partner)

    with running_server(tmp_path, **SETTINGS) as server:
        check_promises(server, partner, posts, [crash])


def test_a_killed_supervisor_takes_all_along(tmp_path: Path) -> None:
    with running_server(tmp_path, **SETTINGS) as server:
        all_are_up(server)
        os.kill(server.process.pid, signal.SIGKILL)
        server.wait_until_gone()


def test_a_stop_ends_all_in_order_and_nothing_is_left_over(
    tmp_path: Path, partner: Partner, chance: random.Random
) -> None:
    with running_server(tmp_path, **SETTINGS) as server:
        all_are_up(server)
        publish_all(server, partner)
        with posting(server, plan_posts(chance, 60)):
            partner.wait_for(10)
            assert server.stop() == 0
        server.wait_until_gone()
        assert "Traceback" not in server.errors()

    with running_server(tmp_path, **SETTINGS) as server:
        eventually(
            lambda: all(run["status"] == "succeeded" for run in every(server, "/api/v1/runs")),
        )
