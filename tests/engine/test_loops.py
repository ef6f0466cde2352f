"""A step that is executed for every item of a list: in order, at once, with items that fail."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from core.http import OutboundRequest, SendResult
from core.model import StepRun
from core.outcomes import Answer
from core.request_store import RequestFilter
from core.states import RunStatus, StepStatus
from core.writes import ListQuery
from tests.support.builders import make_document, send, step
from tests.support.loops import SYNC, URL, bodies, by_item, each, keys
from tests.support.waiting import eventually
from tests.support.workbench import TENANT, Workbench, answered


def journal(bench: Workbench) -> dict[str, StepRun]:
    entries = bench.store.runs.journal(TENANT, bench.last_run().id)
    return {entry.step_id: entry for entry in entries}


def loop_of(bench: Workbench, step_id: str = "lines") -> Any:
    return bench.steps()[step_id]


def test_the_body_is_executed_for_every_item_in_order(bench: Workbench) -> None:
    bench.partner.script = by_item({})
    after = step("after", "set-values", {"values": {"of": "<steps.lines.count>"}})
    bench.publish(each(after=(after,)))

    bench.post({"lines": ["a", "b", "c"]})

    assert bodies(bench.partner.received) == ["a", "b", "c"]
    assert keys(bench.partner.received) == ["sync[0]", "sync[1]", "sync[2]"]
    loop = loop_of(bench)
    assert (loop.status, loop.port) == (StepStatus.SUCCEEDED, "done")
    assert {**loop.output, "results": None} == {
        "count": 3,
        "succeeded": 3,
        "failed": 0,
        "results": None,
        "errors": [],
    }
    assert [one["body"] for one in loop.output["results"]] == [{"got": one} for one in "abc"]
    assert bench.detail().run.output == {"of": 3}
    assert [(one.number, one.outcome) for one in loop.attempts] == [(1, "succeeded")]


def test_an_empty_list_goes_straight_on(bench: Workbench) -> None:
    after = step("after", "set-values", {"values": {"of": "<steps.lines.count>"}})
    bench.publish(each(after=(after,)))

    bench.post({"lines": []})

    assert bench.detail().run.output == {"of": 0}
    assert bench.partner.received == []


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("one", "items: one is not a list"),
        (None, "items: null is not a list"),
        ([0] * 10_001, "there are 10001, and a for-each takes 10000 at most"),
    ],
)
def test_what_cannot_be_gone_through_fails_the_step(
    bench: Workbench, lines: Any, words: str
) -> None:
    bench.publish(each())

    bench.post({"lines": lines})

    assert bench.last_run().status is RunStatus.FAILED
    assert words in (loop_of(bench).error or "")


def test_steps_of_an_item_see_the_item_its_number_and_their_own_results(
    bench: Workbench,
) -> None:
    note = step(
        "note",
        "set-values",
        {"values": {"sku": "<item.sku>", "at": "<index>", "shop": "<steps.shop.name>"}},
        next=["more"],
    )
    more = step("more", "set-values", {"values": {"line": "<steps.note.sku>-<steps.note.at>"}})
    shop = step("shop", "set-values", {"values": {"name": "north"}}, next=["lines"])
    document = each(note, more)
    document["steps"].append(shop)
    document["trigger"]["next"] = ["shop"]
    bench.publish(document)

    bench.post({"lines": [{"sku": "A"}, {"sku": "B"}], "item": "of the body"})

    assert loop_of(bench).output["results"] == [{"line": "A-0"}, {"line": "B-1"}]
    assert journal(bench)["note[1]"].output == {"sku": "B", "at": 1, "shop": "north"}


def test_what_is_collected_is_worked_out_after_the_steps_of_each_item(bench: Workbench) -> None:
    bench.partner.script = by_item({})
    collect = {"sku": "<item>", "got": "<steps.sync.body.got>", "at": "{{ index + 1 }}"}
    bench.publish(each(collect=collect))

    bench.post({"lines": ["a", "b"]})

    assert loop_of(bench).output["results"] == [
        {"sku": "a", "got": "a", "at": 1},
        {"sku": "b", "got": "b", "at": 2},
    ]


def test_what_cannot_be_collected_is_a_failure_of_its_item(bench: Workbench) -> None:
    bench.partner.script = by_item({})
    bench.publish(each(collect="<item.sku>", on_error="continue"))

    bench.post({"lines": [{"sku": 1}, {"other": 2}]})

    output = loop_of(bench).output
    assert output["results"] == [1, None]
    assert output["errors"][0]["index"] == 1
    assert "item.sku is missing" in output["errors"][0]["error"]


def test_stop_begins_no_item_after_one_that_failed(bench: Workbench) -> None:
    bench.partner.script = by_item({"b": answered(404)})
    bench.publish(each())

    bench.post({"lines": ["a", "b", "c"]})

    run, loop = bench.last_run(), loop_of(bench)
    words = "item 1: sync: partner.example answered 404 Not Found"
    assert bodies(bench.partner.received) == ["a", "b"]
    assert (run.status, run.error) == (RunStatus.FAILED, f"lines: {words}")
    assert (loop.status, loop.port, loop.error) == (StepStatus.FAILED, "error", words)
    assert (loop.output["succeeded"], loop.output["failed"]) == (1, 1)
    assert loop.output["results"][1:] == [None, None]


def test_a_loop_that_stopped_leaves_by_error_where_that_is_wired(bench: Workbench) -> None:
    bench.partner.script = by_item({"a": answered(404)})
    sorry = step(
        "sorry",
        "set-values",
        {"values": {"why": "<steps.lines.error>", "failed": "<steps.lines.errors>"}},
    )
    document = each(error=["sorry"])
    bench.publish({**document, "steps": [*document["steps"], sorry]})

    bench.post({"lines": ["a", "b"]})

    assert bench.last_run().status is RunStatus.SUCCEEDED
    error = "sync: partner.example answered 404 Not Found"
    assert bench.detail().run.output == {
        "why": f"item 0: {error}",
        "failed": [{"index": 0, "error": error}],
    }


def test_continue_notes_what_failed_and_goes_on(bench: Workbench) -> None:
    bench.partner.script = by_item({"b": answered(404), "d": answered(410)})
    bench.publish(each(on_error="continue"))

    bench.post({"lines": list("abcde")})

    loop = loop_of(bench)
    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert bodies(bench.partner.received) == list("abcde")
    assert (loop.output["succeeded"], loop.output["failed"]) == (3, 2)
    assert [one["index"] for one in loop.output["errors"]] == [1, 3]
    assert [one and one["body"]["got"] for one in loop.output["results"]] == [
        "a",
        None,
        "c",
        None,
        "e",
    ]


def test_a_failure_that_is_wired_inside_is_none_of_its_item(bench: Workbench) -> None:
    bench.partner.script = by_item({"a": answered(404)})
    sync = {**SYNC, "next": {"error": ["note"]}}
    note = step("note", "set-values", {"values": {"why": "<steps.sync.error>"}})
    bench.publish(each(sync, note))

    bench.post({"lines": ["a", "b"]})

    loop = loop_of(bench)
    assert (loop.output["succeeded"], loop.output["failed"]) == (2, 0)
    assert loop.output["results"][0] == {
        "why": "partner.example answered 404 Not Found",
    }


def test_so_many_items_are_under_way_at_once(bench: Workbench) -> None:
    together = threading.Barrier(3, timeout=20)
    most, now, lock = 0, 0, threading.Lock()

    def meet(_request: OutboundRequest) -> SendResult:
        nonlocal most, now
        with lock:
            now += 1
            most = max(most, now)
        together.wait()
        with lock:
            now -= 1
        return answered(200)

    bench.partner.script = meet
    bench.publish(each(concurrency=3))

    bench.post({"lines": list(range(9))})

    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert most == 3
    assert sorted(bodies(bench.partner.received)) == list(range(9))


def test_results_stand_in_the_order_of_the_items_whatever_ends_first(bench: Workbench) -> None:
    last_is_there = threading.Event()

    def answer(request: OutboundRequest) -> SendResult:
        sent = bodies([request])[0]
        if sent == 3:
            last_is_there.set()
        assert sent != 0 or last_is_there.wait(20)
        return answered(200, {"got": sent})

    bench.partner.script = answer
    bench.publish(each(concurrency=2, collect="<steps.sync.body.got>"))

    bench.post({"lines": [0, 1, 2, 3]})

    assert loop_of(bench).output["results"] == [0, 1, 2, 3]


def test_items_under_way_come_to_their_end_when_another_stops_the_loop(bench: Workbench) -> None:
    def answer(request: OutboundRequest) -> SendResult:
        if bodies([request]) == ["bad"]:
            return answered(404)
        assert eventually(lambda: "lines[1]" in journal(bench))
        return answered(200)

    bench.partner.script = answer
    bench.publish(each(concurrency=2))

    bench.post({"lines": ["slow", "bad", "never", "never"]})

    output = loop_of(bench).output
    assert (output["succeeded"], output["failed"]) == (1, 1)
    assert len(bench.partner.received) == 2


def test_loops_stand_in_loops_and_the_inner_item_hides_the_outer(bench: Workbench) -> None:
    inner = step("parts", "for-each", {"items": "<item.parts>"}, next={"each": ["note"]})
    note = step("note", "set-values", {"values": {"line": "<steps.lines.index>", "part": "<item>"}})
    bench.publish(each(inner, note, collect="{{ pluck(steps.parts.results, 'part') }}"))

    bench.post({"lines": [{"parts": ["x", "y"]}, {"parts": []}, {"parts": ["z"]}]})

    assert loop_of(bench).output["results"] == [["x", "y"], [], ["z"]]
    entries = journal(bench)
    assert entries["note[0][1]"].output == {"line": 0, "part": "y"}
    assert entries["parts[2]"].output["count"] == 1
    assert entries["parts[2][0]"].status is StepStatus.SUCCEEDED
    assert entries["lines[2]"].status is StepStatus.SUCCEEDED


def test_a_retry_inside_waits_as_a_row_and_keeps_its_key(bench: Workbench) -> None:
    tries: list[Any] = []

    def answer(request: OutboundRequest) -> SendResult:
        tries.extend(bodies([request]))
        return answered(503 if tries.count("b") == 1 and tries[-1] == "b" else 200)

    bench.partner.script = answer
    sync = {**SYNC, "retry": {"attempts": 2, "initial": "10s", "jitter": 0}}
    bench.publish(each(sync))

    bench.post({"lines": ["a", "b", "c"]})

    run = bench.last_run()
    assert (run.status, loop_of(bench).status) == (RunStatus.WAITING, StepStatus.RUNNING)
    assert loop_of(bench).output is None
    assert journal(bench)["sync[1]"].status is StepStatus.WAITING
    bench.clock.turn(10_000)
    assert bench.run_due() == 1
    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert keys(bench.partner.received) == ["sync[0]", "sync[1]", "sync[1]", "sync[2]"]


def test_the_items_are_those_that_were_there_when_the_loop_began(bench: Workbench) -> None:
    """The list is made of the time; what is resumed later goes through the same one."""
    bench.partner.answers(answered(503), answered(200))
    sync = {**SYNC, "retry": {"attempts": 2, "initial": "10s", "jitter": 0}}
    bench.publish(each(sync, items=["<run.now>", "<run.now>"]))
    bench.post()

    bench.clock.turn(10_000)
    bench.run_due()

    assert len(bench.partner.received) == 3
    assert len(set(bodies(bench.partner.received))) == 1


def test_halt_inside_ends_the_run_and_tells_which_item_it_was(bench: Workbench) -> None:
    bench.partner.script = by_item({"b": answered(401)})
    sync = {**SYNC, "with": {**SYNC["with"], "codes": {"halt": ["401"]}}}
    bench.publish(each(sync, on_error="continue"))

    bench.post({"lines": ["a", "b", "c"]})

    run = bench.last_run()
    assert run.status is RunStatus.HALTED
    assert loop_of(bench).status is StepStatus.CANCELLED
    assert bodies(bench.partner.received) == ["a", "b"]
    assert "lines[1]" not in journal(bench)


def test_a_run_that_fails_in_a_loop_tells_at_which_item(bench: Workbench) -> None:
    bench.partner.script = by_item({"b": answered(401)})
    sync = {**SYNC, "with": {**SYNC["with"], "codes": {"halt": ["401"]}}}
    tell = step("tell", "set-values", {"values": {"at": "<failure.step>"}})
    document = each(sync)
    bench.publish({**document, "steps": [*document["steps"], tell], "on_failure": ["tell"]})

    bench.post({"lines": ["a", "b"]})

    assert bench.steps()["tell"].output == {"at": "sync[1]"}


def test_steps_after_a_failure_go_through_lists_too(bench: Workbench) -> None:
    bench.partner.script = by_item({"bad": answered(404)})
    tell = step("tell", "for-each", {"items": "<people>"}, next={"each": ["mail"]})
    mail = send("mail", f"{URL}/mail", with_={"body": {"to": "<item>", "why": "<failure.status>"}})
    sync = send("first", URL, with_={"body": "bad"})
    bench.publish(make_document(sync, tell, mail, on_failure=["tell"]))

    bench.post({"people": ["ada", "eve"]})

    assert bench.last_run().status is RunStatus.FAILED
    assert bodies(bench.partner.received)[1:] == [
        {"to": "ada", "why": "failed"},
        {"to": "eve", "why": "failed"},
    ]


def test_the_first_answer_of_a_loop_counts(bench: Workbench) -> None:
    document = each(step("answer", "respond", {"body": {"first": "<item>"}}))
    document["trigger"]["with"]["respond"] = "step"
    bench.publish(document)

    reply = bench.post({"lines": ["a", "b"]})

    assert isinstance(reply, Answer)
    assert reply.body == b'{"first":"a"}'
    assert bench.last_run().status is RunStatus.SUCCEEDED


def test_a_detached_step_inside_is_sent_before_its_item_ends(bench: Workbench) -> None:
    bench.partner.script = by_item({})
    sync = {**SYNC, "with": {**SYNC["with"], "wait": False}, "next": ["note"]}
    bench.publish(each(sync, step("note", "set-values", {"values": {"x": "<item>"}})))

    bench.post({"lines": ["a", "b"]})
    bench.run_due()

    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert bodies(bench.partner.received) == ["a", "b"]
    assert loop_of(bench).output["results"] == [{"x": "a"}, {"x": "b"}]


def test_a_run_is_cancelled_in_the_middle_of_a_loop(bench: Workbench) -> None:
    def cancel_at_b(request: OutboundRequest) -> SendResult:
        if bodies([request]) == ["b"]:
            bench.service.runs.cancel(TENANT, bench.last_run().id)
        return answered(200)

    bench.partner.script = cancel_at_b
    bench.publish(each())

    bench.post({"lines": ["a", "b", "c"]})

    assert bench.last_run().status is RunStatus.CANCELLED
    assert loop_of(bench).status is StepStatus.CANCELLED
    assert bodies(bench.partner.received) == ["a", "b"]
    page = bench.service.run_items.items(TENANT, bench.last_run().id, "lines", 0, 10)
    assert [item.entry.status for item in page] == [
        StepStatus.SUCCEEDED,
        StepStatus.CANCELLED,
        StepStatus.CANCELLED,
    ]


def test_a_loop_of_quick_steps_stops_at_the_runs_deadline(bench: Workbench) -> None:
    ticking = bench.store.commit

    def slow_commit(writes: Any) -> None:
        bench.clock.turn(60_000)
        ticking(writes)

    bench.store.commit = slow_commit  # type: ignore[method-assign]
    note = step("note", "set-values", {"values": {"x": 1}})
    document = each(note)
    bench.publish({**document, "settings": {"timeout": "3m"}})
    bench.post({"lines": list(range(5_000))})

    assert bench.last_run().error == "the run took longer than 3m"
    assert len(journal(bench)) < 3_000


def test_requests_are_logged_with_the_key_of_the_step(bench: Workbench) -> None:
    bench.publish(each())
    bench.post({"lines": ["a", "b"]})

    bench.store.commit([])
    sent = bench.service.requests.list(TENANT, RequestFilter(direction="out"), ListQuery()).items

    assert {entry.step_id for entry in sent} == {"sync[0]", "sync[1]"}


def test_a_replay_goes_through_the_loop_again_or_keeps_what_it_came_to(bench: Workbench) -> None:
    after = send("after", f"{URL}/after", with_={"body": "<steps.lines.count>"})
    bench.publish(each(after=(after,)))
    bench.post({"lines": ["a", "b"]})
    first = bench.last_run()

    bench.service.runs.replay(TENANT, first.id, "after")
    assert bodies(bench.partner.received)[3:] == [2]
    page = bench.service.run_items.items(TENANT, bench.last_run().id, "lines", 0, 10)
    assert [item.entry.status for item in page] == [StepStatus.SUCCEEDED] * 2

    bench.service.runs.replay(TENANT, first.id, "lines")
    assert bodies(bench.partner.received)[4:] == ["a", "b", 2]
    with pytest.raises(Exception, match="sync is in the body of lines; replay from lines"):
        bench.service.runs.replay(TENANT, first.id, "sync")


def test_values_of_a_list_in_a_body_hide_the_item_of_the_loop(bench: Workbench) -> None:
    values = {"part": "<item>", "of": "<steps.lines.item.sku>", "at": "<index>"}
    parts = step("parts", "set-values", {"values": values, "for_each": "<item.parts>"})
    bench.publish(each(parts))

    bench.post({"lines": [{"sku": "A", "parts": [7, 8]}, {"sku": "B", "parts": [9]}]})

    results = [one["items"] for one in loop_of(bench).output["results"]]
    assert results == [
        [{"part": 7, "of": "A", "at": 0}, {"part": 8, "of": "A", "at": 1}],
        [{"part": 9, "of": "B", "at": 0}],
    ]


def test_of_several_failures_in_an_item_the_first_counts_whoever_goes_on(bench: Workbench) -> None:
    """The journal of a run that was taken up again gives its entries in another order."""
    later = send("a_later", f"{URL}/later", retry={"attempts": 2, "initial": "1s", "jitter": 0})
    sooner = send("b_sooner", f"{URL}/sooner", retry={"attempts": 1})
    both = step("both", "set-values", {"values": {"x": 1}}, next=["a_later", "b_sooner"])
    bench.partner.answers(answered(503))
    bench.publish(each(both, later, sooner))
    bench.post({"lines": [1]})
    assert bench.last_run().status is RunStatus.WAITING

    bench.clock.turn(1_000)
    bench.run_due()

    assert (bench.last_run().error or "").startswith("lines: item 0: b_sooner: ")
