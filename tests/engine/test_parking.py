"""Steps that wait: for a moment, or until they are told something, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from actions import ACTIONS
from core.errors import GuardMissed
from core.outcomes import Outcome, Park, Succeed
from core.signals import Waiting
from core.spec import ActionContext, ActionSpec
from core.states import RunStatus, StepStatus
from tests.support.builders import NOW, make_document, send, step
from tests.support.workbench import Workbench, answered, workbench

PARTNER = "https://partner.example"


@dataclass
class WaitingAction:
    """An action that waits until it was told as often as its `times` say, or for its moment."""

    SPEC: ActionSpec = field(
        default_factory=lambda: ActionSpec(
            name="wait-here",
            title="Wait here",
            description="For tests.",
            icon="clock",
            schema={"type": "object", "properties": {"times": {"type": "integer"}}},
            output={"type": "object"},
        )
    )
    seen: list[Waiting | None] = field(default_factory=list)

    def run(self, context: ActionContext, params: Mapping[str, Any]) -> Outcome:
        self.seen.append(context.waiting)
        told = context.waiting.signals if context.waiting else ()
        if len(told) >= params.get("times", 1):
            return Succeed([signal.payload for signal in told])
        if context.waiting and context.clock.now() >= NOW + 60_000:
            return Succeed("its time came")
        return Park(NOW + 60_000, {"waits": "here"})


@pytest.fixture
def action() -> WaitingAction:
    return WaitingAction()


@pytest.fixture
def bench(tmp_path: Path, action: WaitingAction, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("wiring.ACTIONS", {**ACTIONS, "wait-here": action})
    with workbench(tmp_path) as opened:
        yield opened


def waiting(**configuration: Any) -> dict[str, Any]:
    return step("hold", "wait-here", configuration, next=["after"])


AFTER = step("after", "set-values", {"values": {"told": "<steps.hold>"}})


def test_a_step_waits_until_its_moment(bench: Workbench) -> None:
    bench.publish(make_document(waiting(), AFTER))
    bench.post()

    run = bench.last_run()
    assert (run.status, run.due_at) == (RunStatus.WAITING, NOW + 60_000)
    assert bench.steps()["hold"].output == {"waits": "here"}
    assert bench.run_due() == 0

    bench.clock.turn(60_000)
    bench.run_due()

    assert bench.detail().run.output == {"told": "its time came"}
    [attempt] = bench.steps()["hold"].attempts
    assert (attempt.number, attempt.outcome, attempt.duration) == (1, "succeeded", 60_000)


def test_what_a_step_is_told_wakes_it_and_reaches_it(
    bench: Workbench, action: WaitingAction
) -> None:
    bench.publish(make_document(waiting(), AFTER))
    bench.post()
    bench.clock.turn(1_000)

    bench.signal(bench.last_run(), "hold", {"approved": True})
    assert bench.run_due() == 1

    assert bench.detail().run.output == {"told": [{"approved": True}]}
    assert action.seen[0] is None
    assert action.seen[1] is not None
    assert (action.seen[1].since, action.seen[1].output) == (NOW, {"waits": "here"})


def test_a_step_that_goes_on_waiting_hears_everything_again(bench: Workbench) -> None:
    bench.publish(make_document(waiting(times=2), AFTER))
    bench.post()

    bench.signal(bench.last_run(), "hold", {"vote": 1})
    bench.run_due()
    assert bench.last_run().status is RunStatus.WAITING
    assert bench.run_due() == 0

    bench.signal(bench.last_run(), "hold", {"vote": 2})
    bench.run_due()

    assert bench.detail().run.output == {"told": [{"vote": 1}, {"vote": 2}]}
    assert len(bench.steps()["hold"].attempts) == 1


def test_what_comes_while_another_branch_works_is_not_missed(bench: Workbench) -> None:
    """The run is in an executor's hands as the signal comes: it is heard there, or by parking."""
    document = make_document(waiting(), AFTER, send("sync", PARTNER))
    document["trigger"]["next"] = ["hold", "sync"]
    bench.publish(document)
    answer = bench.partner.script

    def told_meanwhile(request: Any) -> Any:
        bench.signal(bench.last_run(), "hold", {"early": True})
        return answer(request)

    bench.partner.script = told_meanwhile
    bench.post()

    bench.run_due()
    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert bench.steps()["after"].output == {"told": [{"early": True}]}


def test_a_run_that_has_ended_can_be_told_nothing(bench: Workbench) -> None:
    bench.publish(make_document(waiting(), AFTER))
    bench.post()
    bench.signal(bench.last_run(), "hold", {})
    bench.run_due()

    with pytest.raises(GuardMissed):
        bench.signal(bench.last_run(), "hold", {"late": True})
    assert bench.steps()["hold"].status is StepStatus.SUCCEEDED


def test_each_item_of_a_loop_waits_for_its_own_signal(bench: Workbench) -> None:
    note = step("after", "set-values", {"values": {"item": "<item>", "told": "<steps.hold>"}})
    loop = step(
        "lines", "for-each", {"items": ["a", "b"], "concurrency": 2}, next={"each": ["hold"]}
    )
    bench.publish(make_document(loop, waiting(), note))
    bench.post()
    run = bench.last_run()
    assert run.status is RunStatus.WAITING

    bench.signal(run, "hold[1]", {"approved": True})
    assert bench.run_due() == 1
    assert bench.last_run().status is RunStatus.WAITING
    bench.signal(run, "hold[0]", {"approved": False})
    bench.run_due()

    assert bench.steps()["lines"].output["results"] == [
        {"item": "a", "told": [{"approved": False}]},
        {"item": "b", "told": [{"approved": True}]},
    ]


def test_a_signal_for_a_step_that_waits_to_be_tried_again_changes_nothing(
    bench: Workbench,
) -> None:
    bench.partner.answers(answered(503))
    retry = {"attempts": 9, "initial": "1h", "max": "1h"}
    bench.publish(make_document(send("sync", PARTNER, retry=retry)))
    bench.post()

    bench.signal(bench.last_run(), "sync", {"hurry": True})
    bench.run_due()

    assert bench.last_run().status is RunStatus.WAITING
    assert len(bench.partner.received) == 1
