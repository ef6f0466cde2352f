"""Where the time of a run went: three parts that make the whole, whatever the journal says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.model import Attempt, Run, StepRun
from engine.run_timing import Timing, timing_of
from tests.support.builders import NOW, make_document, make_run, make_step_run, send
from tests.support.workbench import Workbench, answered

_PAUSE = 5_000


def ended(after: int, started: int | None = 0) -> Run:
    """A run that ended so long after its acceptance."""
    started_at = None if started is None else NOW + started
    return make_run(created_at=NOW, started_at=started_at, finished_at=NOW + after)


def step(*attempts: Attempt, step_id: str = "sync") -> StepRun:
    return make_step_run(step_id, attempts=attempts)


def parts(timing: Timing) -> tuple[int, int, int]:
    return timing.queued, timing.in_steps, timing.between


def test_the_time_is_in_the_queue_in_steps_and_between_attempts() -> None:
    tried = step(Attempt(1, NOW + 30, 100, "retry"), Attempt(2, NOW + 600, 400, "succeeded"))
    timing = timing_of(ended(1010, started=20), [tried], NOW + 9999)
    assert parts(timing) == (20, 500, 490)
    assert timing.attempts == [(NOW + 30, NOW + 130), (NOW + 600, NOW + 1000)]


def test_steps_beside_each_other_count_once() -> None:
    one = step(Attempt(1, NOW, 100, "succeeded"))
    other = step(Attempt(1, NOW + 50, 100, "succeeded"), step_id="other")
    assert parts(timing_of(ended(200), [one, other], NOW)) == (0, 150, 50)


def test_a_run_that_waits_to_be_taken_up_is_queued_until_now() -> None:
    run = make_run(created_at=NOW, started_at=None)
    assert parts(timing_of(run, [], NOW + 700)) == (700, 0, 0)


def test_a_run_that_was_never_taken_up_was_queued_up_to_its_end() -> None:
    assert parts(timing_of(ended(300, started=None), [], NOW + 700)) == (300, 0, 0)


def test_a_step_that_waits_to_be_told_something_is_under_way() -> None:
    run = make_run(created_at=NOW, started_at=NOW)
    asked = step(Attempt(1, NOW + 10, 5, "waiting"))
    assert parts(timing_of(run, [asked], NOW + 700)) == (0, 690, 10)


def test_what_was_held_back_was_not_under_way() -> None:
    run = make_run(created_at=NOW, started_at=NOW)
    put_off = step(Attempt(1, NOW, 50, "deferred"))
    assert parts(timing_of(run, [put_off], NOW + 700)) == (0, 0, 700)


def test_the_pause_before_another_attempt_is_between(bench: Workbench) -> None:
    bench.partner.answers(answered(503), answered(200))
    retry = {"attempts": 2, "initial": "5s", "jitter": 0}
    bench.publish(make_document(send("sync", "https://partner.example/", retry=retry)))
    bench.post({"order": {"id": 7}})
    bench.clock.turn(_PAUSE)
    bench.run_due()
    detail = bench.detail()
    assert detail.run.status == "succeeded"
    assert parts(detail.timing) == (0, 0, _PAUSE)
    bench.clock.turn(_PAUSE)
    assert bench.detail().timing.total == _PAUSE


moments = st.integers(-1000, 3000)
outcomes = st.sampled_from(["succeeded", "retry", "failed", "waiting", "deferred"])
attempts = st.builds(
    lambda start, duration, outcome: Attempt(1, NOW + start, duration, outcome),
    *(moments, st.integers(0, 3000), outcomes),
)


@given(
    st.none() | moments, st.none() | moments, st.lists(st.lists(attempts, max_size=4), max_size=4)
)
def test_the_parts_are_never_negative_and_make_the_whole(
    started: int | None, finished: int | None, tried: list[list[Attempt]]
) -> None:
    run = make_run(
        created_at=NOW,
        started_at=None if started is None else NOW + started,
        finished_at=None if finished is None else NOW + finished,
    )
    timing = timing_of(run, [step(*one) for one in tried], NOW + 1500)
    assert min(parts(timing)) >= 0
    assert sum(parts(timing)) == timing.total
    assert timing.total == max(0, 1500 if finished is None else finished)
