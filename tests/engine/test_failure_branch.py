"""What an automation does when a run fails: its own steps, which change nothing of the end."""

from __future__ import annotations

import threading
from typing import Any

import orjson
import pytest

from core.errors import StorageUnavailable
from core.http import OutboundRequest, SendResult
from core.states import RunStatus, StepStatus
from engine.failing import LONGEST
from engine.replies import Problem
from tests.support.builders import NOW, make_document, send, step
from tests.support.workbench import TENANT, Workbench, answered

URL = "https://partner.example"
TELL = send("tell", f"{URL}/tell", with_={"body": "<failure>"})


def reporting(
    *steps: dict[str, Any], tell: dict[str, Any] = TELL, **changes: Any
) -> dict[str, Any]:
    """A document whose run tells of its failure."""
    return make_document(*steps, tell, on_failure=["tell"], **changes)


def by_path(**answers: SendResult) -> Any:
    """A partner that answers by the last part of the path, 200 elsewhere."""

    def answer(request: OutboundRequest) -> SendResult:
        return answers.get(request.url.rpartition("/")[2], answered(200))

    return answer


def bodies(bench: Workbench, path: str) -> list[Any]:
    """What the partner was sent at a path."""
    sent = [one for one in bench.partner.received if one.url == f"{URL}/{path}"]
    return [orjson.loads(one.body) for one in sent if one.body is not None]


def test_a_failure_is_told_and_the_run_ends_as_it_would_have(bench: Workbench) -> None:
    bench.partner.script = by_path(sync=answered(404))
    bench.publish(reporting(send("sync", f"{URL}/sync")))

    bench.post()

    run = bench.last_run()
    assert (run.status, run.error) == (
        RunStatus.FAILED,
        "sync: partner.example answered 404 Not Found",
    )
    assert bodies(bench, "tell") == [
        {"status": "failed", "error": run.error, "step": "sync", "at": "2027-01-15T08:00:00.000Z"}
    ]
    assert bench.steps()["tell"].status is StepStatus.SUCCEEDED
    assert dict(bench.partner.received[1].headers)["Idempotency-Key"] == f"{run.id}.tell"


def test_it_is_not_told_what_went_well(bench: Workbench) -> None:
    bench.publish(reporting(send("sync", f"{URL}/sync")))

    bench.post()

    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert bench.steps()["tell"].status is StepStatus.SKIPPED
    assert bodies(bench, "tell") == []


def test_a_halt_cancels_what_is_open_before_it_is_told(bench: Workbench) -> None:
    bench.partner.script = by_path(a=answered(401), b=answered(503))
    halting = send("a", f"{URL}/a", with_={"codes": {"halt": ["401"]}})
    document = reporting(halting, send("b", f"{URL}/b"))
    document["trigger"]["next"] = ["a", "b"]
    bench.publish(document)

    bench.post()

    assert bench.last_run().status is RunStatus.HALTED
    assert bench.steps()["b"].status is StepStatus.CANCELLED
    [told] = bodies(bench, "tell")
    assert (told["status"], told["step"]) == ("halted", "a")
    bench.clock.turn(10**9)
    assert bench.run_due() == 0


def test_a_step_that_stops_the_run_as_failed_counts(bench: Workbench) -> None:
    stop = step("end", "stop", {"status": "failed", "message": "no <customer.id> here"})
    bench.publish(reporting(stop))

    bench.post({"customer": {"id": 7}})

    run = bench.last_run()
    assert (run.status, run.error) == (RunStatus.FAILED, "no 7 here")
    assert bench.detail().run.output == "no 7 here"
    [told] = bodies(bench, "tell")
    assert (told["error"], told["step"]) == ("no 7 here", "end")


def test_a_cancelled_run_tells_nobody(bench: Workbench) -> None:
    bench.partner.script = by_path(sync=answered(503))
    bench.publish(reporting(send("sync", f"{URL}/sync")))
    bench.post()

    bench.service.runs.cancel(TENANT, bench.last_run().id)

    assert bench.run_due() == 0
    assert bodies(bench, "tell") == []


def test_a_run_that_took_too_long_has_time_to_tell(bench: Workbench) -> None:
    bench.partner.script = by_path(sync=answered(503))
    retry = {"attempts": 50, "initial": "1h"}
    bench.publish(reporting(send("sync", f"{URL}/sync", retry=retry), settings={"timeout": "90m"}))
    bench.post()

    for _ in range(3):
        bench.clock.turn(3_600_000)
        bench.run_due()

    assert bench.last_run().error == "the run took longer than 1h30m"
    [told] = bodies(bench, "tell")
    assert (told["status"], told["step"]) == ("failed", None)


def test_what_goes_wrong_while_it_is_told_is_noted_beside_the_error(bench: Workbench) -> None:
    bench.partner.script = by_path(sync=answered(404), tell=answered(410))
    bench.publish(reporting(send("sync", f"{URL}/sync")))

    bench.post()

    run = bench.last_run()
    assert run.status is RunStatus.FAILED
    assert run.error == (
        "sync: partner.example answered 404 Not Found; "
        "then on_failure: tell: partner.example answered 410 Gone"
    )
    assert len(bodies(bench, "tell")) == 1


def test_telling_has_a_time_limit_of_its_own(bench: Workbench) -> None:
    bench.partner.script = by_path(sync=answered(404), tell=answered(503))
    tell = send("tell", f"{URL}/tell", retry={"attempts": 90, "initial": "4m", "factor": 1})
    bench.publish(reporting(send("sync", f"{URL}/sync"), tell=tell))
    bench.post()
    assert bench.last_run().status is RunStatus.WAITING

    for _ in range(3):
        bench.clock.turn(240_000)
        bench.run_due()

    run = bench.last_run()
    assert run.finished_at == NOW + 720_000 > NOW + LONGEST
    assert run.error is not None
    assert run.error.endswith("; then on_failure: it took longer than 10m")
    assert bench.steps()["tell"].status is StepStatus.CANCELLED


def test_it_may_look_at_what_never_ran_if_it_reckons_with_that(bench: Workbench) -> None:
    bench.partner.script = by_path(first=answered(404))
    tell = step(
        "tell",
        "set-values",
        {
            "values": {
                "first": "<steps.first.status>",
                "second": "{{ default(steps.second.status, 'never sent') }}",
            }
        },
        next=["naive"],
    )
    naive = step("naive", "set-values", {"values": {"x": "<steps.second.status>"}})
    first = send("first", f"{URL}/first", next=["second"])
    bench.publish(reporting(first, send("second", f"{URL}/second"), naive, tell=tell))

    bench.post()

    steps = bench.steps()
    assert steps["tell"].output == {"first": 404, "second": "never sent"}
    assert steps["naive"].error is not None
    assert 'steps has no "second"; there is first, tell' in steps["naive"].error


def test_a_caller_learns_of_the_failure_before_it_is_told(bench: Workbench) -> None:
    """The 502 is there while `tell` is still being sent."""
    answered_caller = threading.Event()

    def slow_at_telling(request: OutboundRequest) -> SendResult:
        if request.url.endswith("/sync"):
            return answered(404)
        assert answered_caller.wait(20)
        return answered(200)

    bench.partner.script = slow_at_telling
    going_on: list[threading.Thread] = []

    def in_a_thread(execution: Any) -> None:
        going_on.append(threading.Thread(target=execution.advance))
        going_on[0].start()

    bench.dispatcher.continue_ = in_a_thread  # type: ignore[method-assign]
    document = reporting(send("sync", f"{URL}/sync"))
    document["trigger"]["with"]["respond"] = "finished"
    bench.publish(document)

    reply = bench.post()

    run = bench.last_run()
    assert isinstance(reply, Problem)
    assert (reply.status, reply.extra) == (502, {"run_id": run.id})
    assert run.status is RunStatus.RUNNING
    assert bench.detail().failure is not None
    answered_caller.set()
    going_on[0].join()
    assert bench.last_run().status is RunStatus.FAILED


def test_a_failure_before_the_first_effect_is_stored_with_the_run(bench: Workbench) -> None:
    keep = step("keep", "set-values", {"values": {"id": "<customer.id>"}})
    bench.publish(reporting(keep))
    bench.dispatcher.full = True

    bench.post({})

    assert bench.last_run().status is RunStatus.QUEUED
    assert bench.detail().failure is not None
    assert bench.run_due() == 1
    [told] = bodies(bench, "tell")
    assert told["step"] == "keep"
    assert bench.last_run().status is RunStatus.FAILED


@pytest.mark.parametrize("at", ["sync", "tell"])
def test_a_crash_in_the_middle_neither_forgets_nor_repeats(bench: Workbench, at: str) -> None:
    """The executor dies at the last step that failed, or while that is told."""

    class Killed(BaseException):
        """Ends the executor as a kill does: nothing after it is done."""

    crashed = threading.Event()

    def die_once(request: OutboundRequest) -> SendResult:
        if request.url.endswith(at) and not crashed.is_set():
            crashed.set()
            raise Killed
        return answered(404 if request.url.endswith("sync") else 200)

    bench.partner.script = die_once
    before = step("note", "set-values", {"values": {"error": "<failure.error>"}}, next=["tell"])
    document = reporting(send("sync", f"{URL}/sync"), before)
    bench.publish({**document, "on_failure": ["note"]})
    with pytest.raises(Killed):
        bench.post()

    assert bench.transitions.rescue(bench.clock.now()) == 1
    assert bench.run_due() == 1

    run, steps = bench.last_run(), bench.steps()
    assert run.status is RunStatus.FAILED
    assert run.error == "sync: partner.example answered 404 Not Found"
    assert steps["note"].output == {"error": run.error}
    urls = [one.url.rpartition("/")[2] for one in bench.partner.received]
    assert urls == (["sync", "sync", "tell"] if at == "sync" else ["sync", "tell", "tell"])
    keys = [dict(one.headers)["Idempotency-Key"] for one in bench.partner.received]
    assert len(set(keys)) == 2


def test_branches_under_way_are_left_behind_and_logged(bench: Workbench) -> None:
    released, halted = threading.Event(), threading.Event()

    def answer(request: OutboundRequest) -> SendResult:
        if request.url.endswith("/slow"):
            assert released.wait(20)
            return answered(200)
        if request.url.endswith("/tell"):
            halted.set()
            return answered(200)
        return answered(401)

    bench.partner.script = answer
    halting = send("a", f"{URL}/a", with_={"codes": {"halt": ["401"]}})
    document = reporting(halting, send("slow", f"{URL}/slow", next=["after"]), send("after", URL))
    document["trigger"]["next"] = ["a", "slow"]
    bench.publish(document)

    bench.post()

    assert halted.is_set()
    assert bench.last_run().status is RunStatus.HALTED
    assert bench.steps()["slow"].status is StepStatus.CANCELLED
    released.set()


def test_a_store_that_is_away_delays_what_is_told_and_loses_nothing(bench: Workbench) -> None:
    bench.partner.script = by_path(sync=answered(404))
    commit, away = bench.store.commit, [2]

    def away_for_a_while(writes: Any) -> None:
        if bench.partner.received and away[0]:
            away[0] -= 1
            raise StorageUnavailable("the disk is full")
        commit(writes)

    bench.store.commit = away_for_a_while  # type: ignore[method-assign]
    bench.publish(reporting(send("sync", f"{URL}/sync")))

    bench.post()

    assert away == [0]
    assert len(bodies(bench, "tell")) == 1
    assert bench.last_run().status is RunStatus.FAILED


def test_a_replay_tells_again_if_it_fails_again(bench: Workbench) -> None:
    bench.partner.script = by_path(sync=answered(404))
    bench.publish(
        reporting(send("first", f"{URL}/first", next=["sync"]), send("sync", f"{URL}/sync"))
    )
    bench.post()

    bench.service.runs.replay(TENANT, bench.last_run().id, "sync")
    assert bench.last_run().status is RunStatus.FAILED
    assert len(bodies(bench, "tell")) == 2

    bench.partner.script = by_path()
    bench.service.runs.replay(TENANT, bench.last_run().id, "sync")
    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert bench.steps()["tell"].status is StepStatus.SKIPPED
    assert [one.url for one in bench.partner.received].count(f"{URL}/first") == 1
