"""A run from its event to its end: in order, in parallel, with retries, halts and stops."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from core.http import OutboundRequest, SendResult
from core.outcomes import Answer
from core.request_store import RequestFilter
from core.states import RunStatus, StepStatus
from core.writes import ListQuery, Write
from engine.replies import JsonReply, Problem
from tests.support.builders import NOW, make_document, send, step
from tests.support.workbench import TENANT, Workbench, answered, unreachable

PARTNER = "https://partner.example"


def answering(*steps: dict[str, Any], **trigger: Any) -> dict[str, Any]:
    """A document whose caller waits for the respond step."""
    document = make_document(*steps)
    document["trigger"]["with"] = {"path": "orders", "respond": "step", **trigger}
    return document


RESPOND = step("answer", "respond", {"status": 200, "body": {"remote": "<steps.sync.body.id>"}})
SORRY = step("sorry", "respond", {"status": 502, "body": {"error": "<steps.sync.error>"}})


def test_the_partners_answer_becomes_the_callers(bench: Workbench) -> None:
    sync = send("sync", f"{PARTNER}/partners/<customer.partnerId>/sync", next=["answer"])
    bench.publish(answering(sync, RESPOND))

    reply = bench.post({"customer": {"partnerId": "p 1/x"}})

    assert isinstance(reply, Answer)
    assert (reply.status, reply.body) == (200, b'{"remote":"remote-1"}')
    assert bench.partner.received[0].url == f"{PARTNER}/partners/p%201%2Fx/sync"
    assert bench.last_run().status is RunStatus.SUCCEEDED


def test_accepted_is_answered_with_the_ids_of_what_was_stored(bench: Workbench) -> None:
    bench.publish(make_document(send("sync", PARTNER)))

    reply = bench.post()

    run = bench.last_run()
    assert reply == JsonReply(
        202, {"status": "accepted", "event_id": run.event_id, "run_id": run.id}
    )


def test_finished_waits_for_the_end_and_tells_the_output(bench: Workbench) -> None:
    document = make_document(
        send("sync", PARTNER, next=["keep"]),
        step("keep", "set-values", {"values": {"id": "<steps.sync.body.id>"}}),
    )
    document["trigger"]["with"]["respond"] = "finished"
    bench.publish(document)

    reply = bench.post()

    assert isinstance(reply, JsonReply)
    assert reply.payload["status"] == "succeeded"
    assert reply.payload["output"] == {"id": "remote-1"}


def test_branches_are_really_in_flight_together(bench: Workbench) -> None:
    together = threading.Barrier(3, timeout=20)

    def meet(_request: OutboundRequest) -> SendResult:
        together.wait()
        return answered(200)

    bench.partner.script = meet
    document = make_document(*(send(name, f"{PARTNER}/{name}") for name in ("a", "b", "c")))
    document["trigger"]["next"] = ["a", "b", "c"]
    bench.publish(document)

    bench.post()

    assert bench.last_run().status is RunStatus.SUCCEEDED


def test_a_retry_is_a_due_row_that_any_executor_takes_up(bench: Workbench) -> None:
    bench.partner.answers(answered(503), unreachable(), answered(200))
    retry = {"attempts": 3, "initial": "10s", "factor": 2, "jitter": 0}
    bench.publish(make_document(send("sync", PARTNER, retry=retry)))

    bench.post()

    run = bench.last_run()
    assert (run.status, run.executor, run.due_at) == (RunStatus.WAITING, None, NOW + 10_000)
    assert bench.steps()["sync"].status is StepStatus.WAITING
    assert bench.run_due() == 0

    bench.clock.turn(10_000)
    assert bench.run_due() == 1
    assert bench.last_run().due_at == NOW + 30_000
    bench.clock.turn(20_000)
    assert bench.run_due() == 1

    assert bench.last_run().status is RunStatus.SUCCEEDED
    attempts = bench.steps()["sync"].attempts
    assert [(one.number, one.outcome) for one in attempts] == [
        (1, "retry"),
        (2, "retry"),
        (3, "succeeded"),
    ]
    keys = {dict(request.headers)["Idempotency-Key"] for request in bench.partner.received}
    assert keys == {f"{run.id}.sync"}


def test_a_partner_that_asks_to_wait_is_left_alone_that_long(bench: Workbench) -> None:
    bench.partner.answers(answered(429, retry_after="120"), answered(200))
    bench.publish(make_document(send("sync", PARTNER)))

    bench.post()

    assert bench.last_run().due_at == NOW + 120_000


def test_used_up_retries_leave_by_the_error_port(bench: Workbench) -> None:
    bench.partner.answers(answered(503))
    sync = send(
        "sync",
        PARTNER,
        retry={"attempts": 1},
        next={"success": ["answer"], "error": ["sorry"]},
    )
    bench.publish(answering(sync, RESPOND, SORRY))

    reply = bench.post()

    assert isinstance(reply, Answer)
    assert reply.status == 502
    assert b"503" in reply.body
    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert bench.steps()["answer"].status is StepStatus.SKIPPED


def test_a_failure_that_leads_nowhere_fails_the_run_and_the_caller_learns_its_id(
    bench: Workbench,
) -> None:
    bench.partner.answers(answered(404))
    bench.publish(answering(send("sync", PARTNER, next=["answer"]), RESPOND))

    reply = bench.post()

    run = bench.last_run()
    assert run.status is RunStatus.FAILED
    assert run.error is not None
    assert "sync" in run.error
    assert "404" in run.error
    assert isinstance(reply, Problem)
    assert (reply.status, reply.extra) == (502, {"run_id": run.id})
    assert "404" not in reply.detail


def test_halt_ends_the_run_at_once_and_cancels_what_waits(bench: Workbench) -> None:
    def by_path(request: OutboundRequest) -> SendResult:
        return answered(401 if request.url.endswith("/a") else 503)

    bench.partner.script = by_path
    halting = send("a", f"{PARTNER}/a", with_={"codes": {"halt": ["401"]}}, next=["c"])
    document = make_document(halting, send("b", f"{PARTNER}/b"), send("c", PARTNER))
    document["trigger"]["next"] = ["a", "b"]
    bench.publish(document)

    bench.post()

    run, steps = bench.last_run(), bench.steps()
    assert run.status is RunStatus.HALTED
    assert steps["a"].status is StepStatus.FAILED
    assert steps["b"].status is StepStatus.CANCELLED
    assert steps["c"].status is StepStatus.SKIPPED
    bench.clock.turn(10**9)
    assert bench.run_due() == 0


def test_stop_ends_the_run_as_it_says(bench: Workbench) -> None:
    stop = step("end", "stop", {"status": "failed", "message": "no <customer.id> here"})
    bench.publish(make_document(stop))

    bench.post({"customer": {"id": 7}})

    assert bench.last_run().status is RunStatus.FAILED
    assert bench.last_run().error == "no 7 here"


def test_choose_takes_the_first_branch_that_holds(bench: Workbench) -> None:
    branches = [
        {"port": "big", "when": "order.total > 100"},
        {"port": "broken", "when": "order.nothing == 1"},
    ]
    document = make_document(
        step("pick", "choose", {"branches": branches}, next={"big": ["a"], "otherwise": ["b"]}),
        step("a", "set-values", {"values": {"done": True}}),
        step("b", "set-values", {"values": {"done": True}}),
    )
    bench.publish(document)

    bench.post({"order": {"total": 500}})

    steps = bench.steps()
    assert steps["pick"].port == "big"
    assert steps["a"].status is StepStatus.SUCCEEDED
    assert steps["b"].status is StepStatus.SKIPPED


def test_a_missing_value_fails_the_step_with_the_names_that_do_exist(bench: Workbench) -> None:
    bench.publish(make_document(send("sync", f"{PARTNER}/<customer.partnerId>")))

    bench.post({"customer": {"id": 1, "name": "Ada"}})

    error = bench.steps()["sync"].error
    assert error is not None
    for word in ("sync", "customer.partnerId", "id", "name"):
        assert word in error
    assert bench.partner.received == []


def test_a_detached_step_holds_nobody_up_and_is_still_sent(bench: Workbench) -> None:
    bench.partner.answers(answered(503), answered(200))
    sync = send("sync", PARTNER, with_={"wait": False}, next=["answer"])
    bench.publish(answering(sync, step("answer", "respond", {"status": 204})))

    reply = bench.post()

    assert isinstance(reply, Answer)
    assert reply.status == 204
    assert bench.last_run().status is RunStatus.WAITING
    bench.clock.turn(1_000)
    bench.run_due()
    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert len(bench.partner.received) == 2


def test_a_run_that_takes_too_long_fails_in_words(bench: Workbench) -> None:
    bench.partner.answers(answered(503))
    retry = {"attempts": 50, "initial": "1h"}
    document = make_document(send("sync", PARTNER, retry=retry), settings={"timeout": "90m"})
    bench.publish(document)
    bench.post()

    for _ in range(3):
        bench.clock.turn(3_600_000)
        bench.run_due()

    run = bench.last_run()
    assert (run.status, run.error) == (RunStatus.FAILED, "the run took longer than 1h30m")
    assert bench.steps()["sync"].status is StepStatus.CANCELLED


def test_a_cancelled_run_writes_nothing_more(bench: Workbench) -> None:
    def cancel_meanwhile(_request: OutboundRequest) -> SendResult:
        bench.service.runs.cancel(TENANT, bench.last_run().id)
        return answered(200)

    bench.partner.script = cancel_meanwhile
    bench.publish(answering(send("sync", PARTNER, next=["answer"]), RESPOND))

    reply = bench.post()

    run = bench.last_run()
    assert run.status is RunStatus.CANCELLED
    assert bench.steps()["sync"].status is StepStatus.CANCELLED
    assert isinstance(reply, Problem)
    assert reply.status == 502
    bench.store.commit([])
    sent = bench.service.requests.list(TENANT, *_outbound())
    assert [entry.status for entry in sent.items] == [200]


def test_an_executor_whose_run_was_rescued_writes_nothing_more(bench: Workbench) -> None:
    rescued = threading.Event()

    def rescue_meanwhile(_request: OutboundRequest) -> SendResult:
        if not rescued.is_set():
            rescued.set()
            assert bench.transitions.rescue(bench.clock.now()) == 1
            assert bench.run_due() == 1
        return answered(200)

    bench.partner.script = rescue_meanwhile
    bench.publish(make_document(send("sync", PARTNER)))

    bench.post()

    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert len(bench.steps()["sync"].attempts) == 1
    assert bench.last_run().token == 3


def _outbound() -> tuple[RequestFilter, ListQuery]:
    return RequestFilter(direction="out"), ListQuery()


def commits_of(bench: Workbench) -> list[int]:
    """How many writes each commit from now on has."""
    made: list[int] = []
    commit = bench.store.commit

    def counted(writes: Sequence[Write]) -> None:
        made.append(len(writes))
        commit(writes)

    bench.store.commit = counted  # type: ignore[method-assign]
    return made


def test_webhook_send_respond_costs_two_commits(bench: Workbench) -> None:
    bench.publish(answering(send("sync", PARTNER, next=["answer"]), RESPOND))
    made = commits_of(bench)

    reply = bench.post()

    assert isinstance(reply, Answer)
    assert len(made) == 2


def test_a_run_without_an_outside_effect_costs_one(bench: Workbench) -> None:
    bench.publish(make_document(step("keep", "set-values", {"values": {"id": "<customer.id>"}})))
    made = commits_of(bench)

    reply = bench.post({"customer": {"id": 7}})

    assert isinstance(reply, JsonReply)
    assert reply.status == 202
    assert len(made) == 1
    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert bench.detail().run.output == {"id": 7}
    assert bench.steps()["keep"].status is StepStatus.SUCCEEDED


def test_quick_steps_before_the_first_effect_are_stored_with_the_run(bench: Workbench) -> None:
    keep = step("keep", "set-values", {"values": {"id": "<customer.id>"}}, next=["sync"])
    bench.publish(make_document(keep, send("sync", f"{PARTNER}/<steps.keep.id>")))
    bench.dispatcher.full = True

    bench.post({"customer": {"id": 7}})

    assert bench.last_run().status is RunStatus.QUEUED
    assert bench.steps()["keep"].status is StepStatus.SUCCEEDED
    assert bench.run_due() == 1
    assert bench.partner.received[0].url == f"{PARTNER}/7"
    assert len(bench.steps()["keep"].attempts) == 1
