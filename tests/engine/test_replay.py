"""A run that has ended can be had again: whole, or from a step on."""

from __future__ import annotations

import pytest

from core.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
)
from core.states import RunStatus, StepStatus
from tests.support.builders import make_document, send, step
from tests.support.workbench import TENANT, Workbench, answered

URL = "https://partner.example"


def test_a_replay_is_a_new_run_of_the_same_event(bench: Workbench) -> None:
    bench.publish(make_document(send("sync", URL)))
    bench.post({"customer": {"id": 1}})
    first = bench.last_run()

    again = bench.service.runs.replay(TENANT, first.id)

    assert (again.replay_of, again.event_id) == (first.id, first.event_id)
    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert len(bench.partner.received) == 2


def test_a_replay_from_a_step_keeps_the_results_before_it(bench: Workbench) -> None:
    bench.partner.answers(answered(200, {"id": 9}), answered(404), answered(200))
    second = send("second", URL, with_={"body": "<steps.first.body.id>"})
    bench.publish(make_document(send("first", URL, next=["second"]), second))
    bench.post()
    assert bench.last_run().status is RunStatus.FAILED

    bench.service.runs.replay(TENANT, bench.last_run().id, "second")

    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert [request.body for request in bench.partner.received][2:] == [b"9"]
    assert bench.steps()["first"].status is StepStatus.SUCCEEDED


def test_only_a_run_that_has_ended_is_replayed(bench: Workbench) -> None:
    bench.partner.answers(answered(503))
    bench.publish(make_document(send("sync", URL)))
    bench.post()
    run = bench.last_run()

    with pytest.raises(ConflictError):
        bench.service.runs.replay(TENANT, run.id)
    bench.service.runs.cancel(TENANT, run.id)
    with pytest.raises(ConflictError):
        bench.service.runs.cancel(TENANT, run.id)
    with pytest.raises(InvalidError, match="sync"):
        bench.service.runs.replay(TENANT, run.id, "nowhere")
    with pytest.raises(NotFoundError):
        bench.service.runs.replay("other", run.id)


def test_a_replay_runs_a_step_again_that_had_ended_the_run(bench: Workbench) -> None:
    """Beside the step from which it goes on, another one stopped the first run."""
    bench.publish(
        make_document(
            send("other", URL, next=["end"]),
            step("end", "set-values", {"values": {"x": 1}}),
            step("halt", "stop", {"status": "failed", "message": "no more"}),
            trigger={
                "type": "webhook",
                "with": {"path": "orders"},
                "next": ["other", "halt"],
            },
        )
    )
    bench.post()
    run = bench.last_run()
    assert (run.status, run.error) == (RunStatus.FAILED, "no more")

    bench.service.runs.replay(TENANT, run.id, "other")

    assert bench.last_run().replay_of == run.id
    assert bench.last_run().error == "no more"
