"""The story of records, through real HTTP: a customer changes, and everybody knows."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.automations import ENDS, ended_run, every, on_webhook, post, steps_of
from tests.support.builders import make_document, step
from tests.support.partner import LOOPBACK, Answer, Arrival, Partner
from tests.support.server import ROOT, Server, running_server
from tests.support.waiting import eventually

EXAMPLE = "customer-sync"
CUSTOMER = "/api/v1/records/customers/C-1042"


def examples(*path: str) -> str:
    return ROOT.joinpath("examples", *path).read_text()


def answer(arrival: Arrival) -> Answer:
    """As the demo's partner does."""
    if arrival.path.startswith("/partners/"):
        return Answer(200, {"id": f"rem-{arrival.path.split('/')[2]}", "synced": True})
    return Answer(202)


def prepare(server: Server, partner: Partner) -> None:
    """The example with its secret and its collection, calling this partner."""
    partner.script = answer
    token = json.loads(examples("secrets.json"))["PARTNER_TOKEN"]
    server.call("PUT", "/api/v1/secrets/PARTNER_TOKEN", {"value": token})
    customers = json.loads(examples("collections.json"))["customers"]
    assert server.call("PUT", "/api/v1/collections/customers", customers["schema"]).status == 201
    for record in customers["records"]:
        assert server.call("POST", "/api/v1/records/customers", record).status == 201
    document = examples(EXAMPLE, "automation.json")
    server.publish(EXAMPLE, json.loads(document.replace("demo.partner.invalid", partner.url[7:])))


@pytest.fixture
def syncing(tmp_path: Path, partner: Partner) -> Iterator[Server]:
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        prepare(server, partner)
        yield server


def runs(server: Server, count: int, automation: str = EXAMPLE) -> list[dict[str, Any]]:
    """The runs of an automation, the newest first, once there are so many and all have ended."""

    def ended() -> list[dict[str, Any]] | None:
        found = every(server, f"/api/v1/runs?automation={automation}")
        over = len(found) >= count and all(run["status"] in ENDS for run in found)
        return found if over else None

    found = eventually(ended)
    assert found is not None
    assert len(found) == count
    return found


def test_a_customer_that_changes_is_told_to_its_partner_and_keeps_the_answer(
    syncing: Server, partner: Partner
) -> None:
    changed = syncing.call("PATCH", CUSTOMER, {"partnerId": "acme/1"})
    assert changed.status == 200

    [run] = runs(syncing, 1)

    assert run["status"] == "succeeded", ended_run(syncing, run["id"])
    told, notified = partner.arrivals
    assert (told.method, told.path) == ("POST", "/partners/acme%2F1/sync")
    assert told.headers["authorization"] == "Bearer demo-partner-token"
    assert told.json == {"id": "C-1042", "name": "Zoë Ødegård"}
    record = syncing.call("GET", CUSTOMER)
    assert record.json["remoteId"] == "rem-acme%2F1"
    assert record.json["_version"] > changed.json["_version"]
    assert notified.path == "/notifications"
    assert notified.json["title"] == "Zoë Ødegård is known to acme/1"
    assert notified.json["message"] == "There they are rem-acme%2F1."
    keep = steps_of(ended_run(syncing, run["id"]))["keep"]["output"]
    assert keep["record"] == record.json
    assert keep["previous"]["_version"] == changed.json["_version"]


def test_what_does_not_matter_to_the_partner_starts_nothing(
    syncing: Server, partner: Partner
) -> None:
    syncing.call("PATCH", CUSTOMER, {"email": "other@shop.example"})
    syncing.call("PATCH", CUSTOMER, {"partnerId": "acme"})
    runs(syncing, 1)
    syncing.call("DELETE", CUSTOMER)
    added = {"id": "C-2", "name": "Ada", "partnerId": "globex"}
    syncing.call("POST", "/api/v1/records/customers", added)

    runs(syncing, 2)

    paths = [arrival.path for arrival in partner.arrivals if "sync" in arrival.path]
    assert paths == ["/partners/acme/sync", "/partners/globex/sync"]


def test_a_change_is_not_lost_in_a_crash_and_made_once(tmp_path: Path, partner: Partner) -> None:
    """The server dies while the partner is asked: the rest happens after the start, once."""
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        prepare(server, partner)
        released = partner.gate()

        def answer_late(arrival: Arrival) -> Answer:
            released.wait(60)
            return answer(arrival)

        partner.script = answer_late
        assert server.call("PATCH", CUSTOMER, {"partnerId": "acme"}).status == 200
        partner.wait_for(1)
        server.kill()
        released.set()

    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        [run] = runs(server, 1)
        assert run["status"] == "succeeded", run
        assert server.call("GET", CUSTOMER).json["remoteId"] == "rem-acme"
        [keep] = steps_of(ended_run(server, run["id"]))["keep"]["attempts"]
        assert keep["outcome"] == "succeeded"


def test_of_many_writers_at_once_none_is_lost(syncing: Server) -> None:
    """Steps of several runs and callers change the same record, each a field of its own."""
    syncing.call("PUT", "/api/v1/collections/board", {})
    syncing.call("PUT", "/api/v1/records/board/one", {})
    names = [f"f{number}" for number in range(6)]
    for name in names:
        mark = {"collection": "board", "id": "one", "values": {name: "<run.id>"}}
        syncing.publish(f"mark-{name}", on_webhook(name, step("mark", "update-record", mark)))
    start = threading.Barrier(2 * len(names))
    answers: list[int] = []

    def begin(name: str, *, called: bool) -> None:
        start.wait()
        if called:
            patch = {f"{name}-called": True}
            answers.append(syncing.call("PATCH", "/api/v1/records/board/one", patch).status)
        else:
            answers.append(post(syncing, name).status)

    writers = [
        threading.Thread(target=begin, args=(name,), kwargs={"called": called})
        for name in names
        for called in (True, False)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(answers) == [200] * len(names) + [202] * len(names)
    begun = {name: runs(syncing, 1, f"mark-{name}")[0]["id"] for name in names}

    record = syncing.call("GET", "/api/v1/records/board/one").json
    assert {name: record.get(name) for name in names} == begun
    assert all(record.get(f"{name}-called") for name in names)


def test_a_circle_of_records_is_cut_with_a_clear_error(syncing: Server) -> None:
    syncing.call("PUT", "/api/v1/collections/circle", {})
    grow = {
        "collection": "circle",
        "id": "<record.id>",
        "values": {"n": "{{ record.n + 1 }}"},
    }
    trigger = {"type": "record", "with": {"collection": "circle"}, "next": ["grow"]}
    syncing.publish("circle", make_document(step("grow", "update-record", grow), trigger=trigger))

    syncing.call("PUT", "/api/v1/records/circle/one", {"n": 0})

    newest, *others = runs(syncing, 12, "circle")
    assert {run["status"] for run in others} == {"succeeded"}
    assert newest["status"] == "failed"
    assert "taken for a loop" in newest["error"]
    assert syncing.call("GET", "/api/v1/records/circle/one").json["n"] == 11


def test_of_two_writers_at_one_version_one_is_told_412(syncing: Server) -> None:
    tag = syncing.call("GET", CUSTOMER).headers["etag"]
    start = threading.Barrier(2)
    answers: list[int] = []

    def write(name: str) -> None:
        start.wait()
        answers.append(syncing.call("PATCH", CUSTOMER, {"name": name}, **{"If-Match": tag}).status)

    writers = [threading.Thread(target=write, args=(name,)) for name in ("Ada", "Bob")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert sorted(answers) == [200, 412]
