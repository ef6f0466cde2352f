"""What one automation or one caller can ask for is bounded, and told in words."""

from __future__ import annotations

from typing import Any

import pytest

from core.outcomes import Answer
from core.request_store import RequestFilter
from core.size import TooLarge, check_size
from core.states import RunStatus, StepStatus
from core.writes import ListQuery
from engine import intake
from engine.replies import JsonReply, Problem
from tests.support.builders import make_document, send, step
from tests.support.loops import each
from tests.support.workbench import TENANT, Workbench, answered

URL = "https://partner.example"


def test_templates_that_multiply_a_large_value_fail_the_step(bench: Workbench) -> None:
    bench.publish(make_document(step("many", "set-values", {"values": {"a": ["<big>"] * 2000}})))

    reply = bench.post({"big": "x" * 20_000})

    assert isinstance(reply, JsonReply)
    assert reply.status == 202
    error = bench.steps()["many"].error
    assert error is not None
    assert "larger than 16 MiB" in error


def test_a_run_keeps_only_so_much_output_and_the_step_beyond_it_fails(bench: Workbench) -> None:
    names = [f"s{number}" for number in range(8)]
    steps = [
        step(name, "set-values", {"values": {"a": ["<big>"] * 500}}, next=[after])
        for name, after in zip(names, [*names[1:], "end"], strict=True)
    ]
    bench.publish(make_document(*steps, step("end", "respond", {"status": 200})))

    bench.post({"big": "x" * 20_000})

    statuses = [bench.steps()[name].status for name in names]
    assert statuses == ["succeeded"] * 6 + ["failed", "skipped"]
    assert bench.last_run().status is RunStatus.FAILED
    failed = bench.steps()["s6"]
    assert failed.output is None
    assert failed.error is not None
    assert "64 MiB at most, all together" in failed.error


@pytest.mark.parametrize(
    ("collect", "ends"),
    [
        ({}, (StepStatus.FAILED, "error", "64 MiB at most, all together")),
        ({"collect": "<index>"}, (StepStatus.SUCCEEDED, "done", "")),
    ],
)
def test_a_loop_whose_results_do_not_fit_fails_unless_less_of_them_is_collected(
    bench: Workbench, collect: dict[str, Any], ends: tuple[StepStatus, str, str]
) -> None:
    keep = step("keep", "set-values", {"values": {"a": ["<big>"] * 100}})
    bench.publish(each(keep, items="<lines>", **collect))

    bench.post({"big": "x" * 10_000, "lines": list(range(40))})
    bench.run_due()

    loop = bench.steps()["lines"]
    assert (loop.status, loop.port) == ends[:2]
    assert ends[2] in (loop.error or "")


def test_items_whose_outputs_do_not_fit_fail_one_by_one(bench: Workbench) -> None:
    keep = step("keep", "set-values", {"values": {"a": ["<big>"] * 500}})
    bench.publish(each(keep, items="<lines>", on_error="continue", collect="<index>"))

    bench.post({"big": "x" * 20_000, "lines": list(range(8))})
    bench.run_due()

    output = bench.steps()["lines"].output
    assert (output["succeeded"], output["failed"]) == (6, 2)
    assert "64 MiB at most" in output["errors"][0]["error"]


def test_attempts_of_one_step_count_once(bench: Workbench) -> None:
    bench.partner.answers(*[answered(429, "x" * 1_000_000)] * 80, answered(200, "x" * 1_000_000))
    sync = send("sync", URL, retry={"attempts": 100, "initial": "1s", "factor": 1})
    bench.publish(make_document(sync))

    bench.post()
    for _ in range(80):
        bench.clock.turn(1_000)
        bench.run_due()

    assert bench.last_run().status is RunStatus.SUCCEEDED


def test_values_that_nest_ever_deeper_fail_the_step_that_goes_too_far(bench: Workbench) -> None:
    names = [f"s{number}" for number in range(120)]
    steps = [step(names[0], "set-values", {"values": {"a": 1}}, next=[names[1]])]
    for before, name, after in zip(names, names[1:], [*names[2:], None], strict=False):
        values = {"values": {"a": [f"<steps.{before}.a>"]}}
        steps.append(step(name, "set-values", values, **({"next": [after]} if after else {})))
    bench.publish(make_document(*steps))

    bench.post()

    run = bench.last_run()
    assert run.status is RunStatus.FAILED
    assert run.error is not None
    assert "nests deeper than 100 levels" in run.error


def test_a_shared_part_counts_wherever_it_stands() -> None:
    shared = ["x" * 1000] * 100
    check_size([shared] * 100)
    with pytest.raises(TooLarge):
        check_size([[shared] * 100] * 100)


def test_one_key_may_be_used_at_each_path_of_a_trigger(bench: Workbench) -> None:
    document = make_document()
    document["trigger"]["with"]["path"] = "shops/{shop}/orders"
    bench.publish(document)
    key = {"idempotency-key": "1"}

    replies = [
        bench.post({"id": 1}, path=path, headers=key)
        for path in ("shops/a/orders", "shops/b/orders", "shops/a/orders")
    ]

    assert [reply.status for reply in replies] == [202, 202, 200]


def test_when_too_many_wait_the_next_is_told_to_come_again(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MOST_WAITING", 0)
    document = make_document()
    document["trigger"]["with"]["respond"] = "step"
    bench.publish(document)

    reply = bench.post()

    assert isinstance(reply, Problem)
    assert (reply.status, dict(reply.headers)["Retry-After"]) == (429, "2")
    assert bench.service.requests.list(TENANT, RequestFilter(), ListQuery()).items == ()


def test_nobody_waits_for_a_retry_that_comes_too_late_for_him(bench: Workbench) -> None:
    """It comes back at once: the five minutes this caller would wait are real ones."""
    bench.partner.answers(answered(503))
    sync = send("sync", URL, retry={"initial": "10m"}, next=["answer"])
    document = make_document(sync, step("answer", "respond", {"status": 200}))
    document["trigger"]["with"] |= {"respond": "step", "respond_timeout": "5m"}
    bench.publish(document)

    reply = bench.post()

    assert isinstance(reply, Problem)
    assert (reply.status, reply.extra) == (504, {"run_id": bench.last_run().id})


def test_a_secret_that_a_caller_sends_is_shown_masked_and_used_as_it_came(
    bench: Workbench,
) -> None:
    secret = "tok-1234567890"
    bench.service.secrets.put(TENANT, "TOKEN", secret)
    sync = send("sync", URL, with_={"body": "<token>"}, next=["answer"])
    document = make_document(sync, step("answer", "respond", {"status": 204}))
    document["trigger"]["with"]["respond"] = "step"
    bench.publish(document)

    reply = bench.post({"token": secret})

    assert isinstance(reply, Answer)
    assert bench.partner.received[0].body == f'"{secret}"'.encode()
    entries = bench.service.requests.list(TENANT, RequestFilter(), ListQuery()).items
    shown = repr((bench.detail(), entries, bench.service.requests.get(TENANT, entries[-1].id)))
    assert secret not in shown
    assert "[secret:TOKEN]" in shown
