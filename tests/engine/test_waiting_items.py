"""Steps that wait in the body of a loop: each item on its own, whichever is told first."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.accounts import Role, User
from core.approvals import ApprovalState
from core.http import InboundRequest
from core.ids import new_id
from core.states import RunStatus, StepStatus
from core.writes import ListQuery
from engine.approvals.service import Decision
from engine.compiler import Compiler
from engine.replies import JsonReply
from tests.support.builders import NOW, make_document, send, step
from tests.support.loops import URL, bodies, each
from tests.support.workbench import TENANT, Workbench
from wiring import action_and_trigger_registry

HOUR = 3_600_000
TELL = send(
    "tell",
    f"{URL}/tell",
    with_={"body": {"item": "<item>", "back": "<run.callbacks.hold>"}},
    next=["hold"],
)
HOLD = step("hold", "wait-for-callback", {"expires": "1h"}, next=["keep"])
KEEP = step("keep", "set-values", {"values": {"kept": "<steps.hold.body.answer>"}})
WAYS = {"approved": ["said"], "rejected": ["said"]}
ASK = step("ask", "approve", {"ask": ["admin"], "title": "Refund <item>?"}, next=WAYS)
SAID = step("said", "set-values", {"values": {"by": "<steps.ask.by>"}})
BILL = step("bill", "run-automation", {"automation": "billing", "payload": {"of": "<item>"}})
COMPILER = Compiler(action_and_trigger_registry())
PAGE = ListQuery(limit=9)


def add_admin(bench: Workbench) -> User:
    kim = User(new_id(), TENANT, "kim@shop.example", "Kim", Role.ADMIN, False, NOW)
    bench.store.commit([bench.store.users.insert(kim, "-")])
    return kim


def call_back(bench: Workbench, url: str, answer: Any) -> Any:
    token = url.removeprefix("http://penstock.test/callback/")
    raw = json.dumps({"answer": answer}).encode()
    headers = {"content-type": "application/json"}
    request = InboundRequest("POST", "/callback/…", {}, headers, "203.0.113.9", lambda _most: raw)
    return bench.service.callbacks.receive(token, request)


def addresses(bench: Workbench) -> dict[Any, str]:
    """The address that the partner was handed for each item."""
    return {one["item"]: one["back"] for one in bodies(bench.partner.received)}


def open_items(bench: Workbench) -> list[str]:
    """The keys of the steps that wait."""
    journal = bench.store.runs.journal(TENANT, bench.last_run().id)
    return sorted(one.step_id for one in journal if one.status is StepStatus.WAITING)


def results(bench: Workbench) -> list[Any]:
    return [one and one["kept"] for one in bench.steps()["lines"].output["results"]]


def test_each_item_waits_at_an_address_of_its_own(bench: Workbench) -> None:
    bench.publish(each(TELL, HOLD, KEEP, concurrency=3))
    bench.post({"lines": ["a", "b", "c"]})
    urls = addresses(bench)
    assert len(set(urls.values())) == 3
    assert open_items(bench) == ["hold[0]", "hold[1]", "hold[2]"]

    for item in ("c", "a", "b"):
        assert isinstance(call_back(bench, urls[item], item.upper()), JsonReply)
        bench.run_due()

    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert results(bench) == ["A", "B", "C"]
    assert len(bench.partner.received) == 3


def test_another_item_begins_as_one_that_waited_has_ended(bench: Workbench) -> None:
    bench.publish(each(TELL, HOLD, KEEP, concurrency=2))
    bench.post({"lines": ["a", "b", "c"]})
    assert open_items(bench) == ["hold[0]", "hold[1]"]

    call_back(bench, addresses(bench)["b"], "B")
    bench.run_due()

    assert open_items(bench) == ["hold[0]", "hold[2]"]
    assert list(addresses(bench)) == ["a", "b", "c"]


def test_a_callback_counts_once_for_its_item_and_for_no_other(bench: Workbench) -> None:
    bench.publish(each(TELL, HOLD, KEEP, concurrency=2))
    bench.post({"lines": ["a", "b"]})
    urls = addresses(bench)

    call_back(bench, urls["a"], "first")
    again = call_back(bench, urls["a"], "second")
    bench.run_due()
    late = call_back(bench, urls["a"], "third")

    assert (again.status, late.status) == (410, 410)
    assert open_items(bench) == ["hold[1]"]
    call_back(bench, urls["b"], "B")
    bench.run_due()
    assert results(bench) == ["first", "B"]


def test_an_item_without_a_callback_goes_its_own_way(bench: Workbench) -> None:
    hold = {**HOLD, "next": {"success": ["keep"], "expired": ["gone"]}}
    gone = step("gone", "set-values", {"values": {"kept": "expired"}})
    bench.publish(each(TELL, hold, KEEP, gone, concurrency=2, collect="<steps.hold>"))
    bench.post({"lines": ["a", "b"]})

    call_back(bench, addresses(bench)["b"], "B")
    bench.clock.turn(HOUR)
    bench.run_due()

    kept = bench.steps()["lines"].output["results"]
    assert kept[0] == {"expires_at": "2027-01-15T09:00:00.000Z"}
    assert kept[1]["body"] == {"answer": "B"}


def test_a_callback_for_an_item_that_expired_is_refused_while_the_run_goes_on(
    bench: Workbench,
) -> None:
    hold = {**HOLD, "next": {"success": ["keep"], "expired": ["gone"]}}
    gone = step("gone", "set-values", {"values": {"kept": "expired"}})
    bench.publish(each(TELL, hold, KEEP, gone))
    bench.post({"lines": ["a", "b"]})
    bench.clock.turn(HOUR)
    bench.run_due()
    assert open_items(bench) == ["hold[1]"]

    assert call_back(bench, addresses(bench)["a"], "too late").status == 410


def test_inner_loops_hand_out_addresses_by_both_items(bench: Workbench) -> None:
    inner = step(
        "parts", "for-each", {"items": "<item>", "concurrency": 2}, next={"each": ["tell"]}
    )
    bench.publish(each(inner, TELL, HOLD, KEEP, concurrency=2, items=[["a", "b"], ["c"]]))
    bench.post()
    assert open_items(bench) == ["hold[0][0]", "hold[0][1]", "hold[1][0]"]

    for item, url in reversed(addresses(bench).items()):
        call_back(bench, url, item.upper())
    bench.run_due()

    kept = [one["results"] for one in bench.steps()["lines"].output["results"]]
    assert kept == [[{"kept": "A"}, {"kept": "B"}], [{"kept": "C"}]]


def test_an_address_is_in_sight_of_its_body_alone(bench: Workbench) -> None:
    outside = send("outside", URL, with_={"body": "<run.callbacks.hold>"})
    document = each(TELL, HOLD, KEEP, after=(outside,), items=["<run.callbacks.hold>"])

    found = {fault.path: fault.message for fault in COMPILER.faults(document)}

    words = (
        "<run.callbacks.hold>: hold waits for each item of lines at an address of its own, which "
        "is there only for the steps in the body of lines"
    )
    assert found == {"$.steps[0].with.items": words, "$.steps[4].with.body": words}


def test_what_is_collected_may_name_the_address(bench: Workbench) -> None:
    bench.publish(each(TELL, HOLD, KEEP, collect="<run.callbacks.hold>"))
    bench.post({"lines": ["a"]})
    [url] = addresses(bench).values()

    call_back(bench, url, "A")
    bench.run_due()

    assert bench.steps()["lines"].output["results"] == [url]


def test_items_pause_at_the_same_time_and_each_for_its_own(bench: Workbench) -> None:
    pause = step("pause", "wait", {"for": "<item>"}, next=["keep"])
    keep = step("keep", "set-values", {"values": {"kept": "<steps.pause.waited_ms>"}})
    bench.publish(each(pause, keep, concurrency=2))
    bench.post({"lines": ["2h", "1h", "1h"]})
    assert bench.last_run().due_at == NOW + HOUR

    bench.clock.turn(HOUR)
    bench.run_due()
    assert open_items(bench) == ["pause[0]", "pause[2]"]
    bench.clock.turn(HOUR)
    bench.run_due()

    assert results(bench) == [2 * HOUR, HOUR, HOUR]


def test_an_item_that_waits_comes_to_its_end_when_another_stops_the_loop(bench: Workbench) -> None:
    bench.partner.script = lambda _request: pytest.fail("nobody is told")
    pick = step(
        "pick",
        "choose",
        {"branches": [{"port": "bad", "when": "item == 'bad'"}]},
        next={"bad": ["refuse"], "otherwise": ["hold"]},
    )
    refuse = step("refuse", "parse", {"from": "<item>", "format": "json"})
    bench.publish(each(pick, refuse, HOLD, KEEP, concurrency=2))
    bench.post({"lines": ["a", "bad", "c"]})
    assert open_items(bench) == ["hold[0]"]

    bench.signal(bench.last_run(), "hold[0]", {"body": {"answer": "A"}})
    bench.run_due()

    run = bench.last_run()
    assert run.status is RunStatus.FAILED
    assert (run.error or "").startswith("lines: item 1: refuse: ")
    assert results(bench) == ["A", None, None]


def test_people_are_asked_for_each_item(bench: Workbench) -> None:
    kim = add_admin(bench)
    bench.publish(each(ASK, SAID, concurrency=3, collect="<steps.ask.decision>"))
    bench.post({"lines": [1, 2, 3]})
    run = bench.last_run()
    asked = bench.service.approvals.list(TENANT, None, PAGE).items
    questions = {one.title: one for one in asked}
    assert questions["Refund 2?"].id == f"{run.id}.ask[1]"
    links = {one.link for one in bench.service.inbox.list(kim, PAGE).items}
    assert links == {f"/approvals/{run.id}.ask%5B{index}%5D" for index in range(3)}

    for number, approved in ((3, True), (1, False), (2, True)):
        said = Decision(approved, "Kim", "", {})
        bench.service.approvals.decide_as(kim, questions[f"Refund {number}?"].id, said)
        bench.run_due()

    assert bench.steps()["lines"].output["results"] == ["rejected", "approved", "approved"]


def test_a_run_that_ends_asks_for_no_item_any_more(bench: Workbench) -> None:
    add_admin(bench)
    bench.publish(each(ASK, SAID, concurrency=2))
    bench.post({"lines": [1, 2, 3]})

    bench.service.runs.cancel(TENANT, bench.last_run().id)

    page = bench.service.approvals.list(TENANT, None, PAGE)
    assert [one.state for one in page.items] == [ApprovalState.CANCELLED] * 2


def billing(bench: Workbench) -> None:
    """Another automation, which refuses item 2 and doubles the others."""
    pick = step(
        "pick",
        "choose",
        {"branches": [{"port": "bad", "when": "of == 2"}]},
        next={"bad": ["no"], "otherwise": ["sum"]},
    )
    no = step("no", "stop", {"status": "failed", "message": "no credit"})
    total = step("sum", "set-values", {"values": {"kept": "{{ of * 2 }}"}})
    document = make_document(pick, no, total)
    document["trigger"] = {"type": "manual", "next": ["pick"]}
    bench.publish(document, "billing")


@pytest.mark.parametrize("concurrency", [1, 3])
def test_another_automation_runs_for_each_item(bench: Workbench, concurrency: int) -> None:
    billing(bench)
    policy = {"concurrency": concurrency, "on_error": "continue"}
    bench.publish(each(BILL, collect="<steps.bill.output.kept>", **policy))
    bench.post({"lines": [1, 2, 3]})
    bench.tell()

    [run] = bench.runs("orders")
    loop = run.output
    assert loop["results"] == [2, None, 6]
    assert [one["index"] for one in loop["errors"]] == [1]
    assert "billing failed in run" in loop["errors"][0]["error"]
    children = bench.runs("billing")
    assert sorted(one.parent_step or "" for one in children) == ["bill[0]", "bill[1]", "bill[2]"]


def test_a_failed_automation_stops_the_loop_where_that_is_the_policy(bench: Workbench) -> None:
    billing(bench)
    bench.publish(each(BILL))
    bench.post({"lines": [1, 2, 3]})
    bench.tell()

    assert len(bench.runs("billing")) == 2
    [run] = bench.runs("orders")
    assert run.status is RunStatus.FAILED
    assert (run.error or "").startswith("lines: item 1: bill: billing failed in run")


def test_steps_after_a_failure_wait_for_callbacks_item_by_item(bench: Workbench) -> None:
    document = each(TELL, HOLD, KEEP, concurrency=2, items=["a", "b"])
    broken = step("broken", "stop", {"status": "failed", "message": "it broke"})
    document["steps"] += [broken]
    document["trigger"]["next"] = ["broken"]
    document["on_failure"] = ["lines"]
    bench.publish(document)
    bench.post()
    assert open_items(bench) == ["hold[0]", "hold[1]"]

    for url in reversed(addresses(bench).values()):
        call_back(bench, url, "heard")
        bench.run_due()

    assert bench.last_run().error == "it broke"
    assert results(bench) == ["heard", "heard"]
