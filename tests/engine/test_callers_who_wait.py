"""Callers who wait for a run that waits for others; and whom a process that stops lets go."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from core.outcomes import Answer
from core.states import RunStatus
from engine.inbound_replies import Reply
from engine.replies import Problem
from tests.support.builders import make_document, send, step
from tests.support.waiting import PATIENCE, eventually
from tests.support.workbench import Workbench, answered

ANSWER = step("answer", "respond", {"status": 201})
HOLD = step("hold", "wait-for-callback", {}, next=["answer"])
CHILD = step("child", "run-automation", {"automation": "billing"}, next=["answer"])


def awaited(*steps: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """An automation whose caller waits for its `respond` step."""
    document = make_document(*steps, settings=settings)
    document["trigger"]["with"] |= {"respond": "step", "respond_timeout": "20s"}
    return document


def reply_after(bench: Workbench, status: RunStatus, work: Callable[[], object]) -> Reply:
    """What a caller is answered when this is done once its run is in this state."""
    with ThreadPoolExecutor(1) as caller:
        waiting = caller.submit(bench.post, {"customer": "ada"})
        eventually(lambda: [run.status for run in bench.runs("orders")] == [status])
        work()
        return waiting.result(PATIENCE)


def test_a_caller_waits_for_what_its_run_will_be_told(bench: Workbench) -> None:
    bench.publish(awaited(HOLD, ANSWER))

    def tell() -> None:
        bench.signal(bench.last_run(), "hold", {"body": {}, "headers": {}, "query": {}})
        bench.run_due()

    reply = reply_after(bench, RunStatus.WAITING, tell)

    assert isinstance(reply, Answer)
    assert reply.status == 201


def test_a_caller_waits_for_the_end_of_a_child_run(bench: Workbench) -> None:
    billing = make_document(step("sum", "set-values", {"values": {"total": 7}}))
    bench.publish({**billing, "trigger": {"type": "manual", "next": ["sum"]}}, "billing")
    bench.publish(awaited(CHILD, ANSWER))

    reply = reply_after(bench, RunStatus.WAITING, bench.tell)

    assert isinstance(reply, Answer)
    assert [run.status for run in bench.runs("billing")] == [RunStatus.SUCCEEDED]


def test_a_process_that_stops_lets_callers_go_whose_runs_wait(bench: Workbench) -> None:
    bench.partner.answers(answered(503))
    sync = send("sync", "https://partner.example", retry={"initial": "1m"}, next=["answer"])
    bench.publish(awaited(sync, ANSWER))

    reply = reply_after(bench, RunStatus.WAITING, bench.parts.executor.tools.answers.dismiss)

    assert isinstance(reply, Problem)
    assert (reply.status, reply.extra) == (504, {"run_id": bench.last_run().id})
    assert bench.last_run().status is RunStatus.WAITING


def test_a_process_that_stops_lets_callers_go_whose_runs_are_in_line(bench: Workbench) -> None:
    """Nobody takes them up here any more, neither now nor for whoever comes after them."""
    bench.dispatcher.full = True
    bench.publish(awaited(ANSWER, order_by="<customer>"))

    reply = reply_after(bench, RunStatus.QUEUED, bench.parts.executor.tools.answers.dismiss)

    assert isinstance(reply, Problem)
    assert reply.status == 504
    late = bench.post({"customer": "ada"})
    assert isinstance(late, Problem)
    assert late.status == 504
