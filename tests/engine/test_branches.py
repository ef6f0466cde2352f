"""Branches of a run: what was launched comes back, what no longer counts is left out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from core.masking import Masker
from core.outcomes import Succeed
from engine.attempt import Attempted
from engine.branches import Branches


def attempted(step_id: str) -> Attempted:
    return Attempted(
        step_id=step_id,
        number=1,
        started_at=0,
        duration=1,
        outcome=Succeed({}),
        requests=(),
        masker=Masker({}),
    )


def test_what_waits_for_a_thread_when_the_run_ends_is_left_out() -> None:
    waiting: list[Callable[[], None]] = []
    made: list[str] = []

    def attempt(step_id: str) -> Attempted:
        made.append(step_id)
        return attempted(step_id)

    branches = Branches(waiting.append)
    for step_id in ("first", "second"):
        branches.launch(step_id, partial(attempt, step_id))
    waiting[0]()
    branches.abandon()
    waiting[1]()

    assert [one.step_id for one in branches.late()] == ["first"]
    assert made == ["first"]
    assert branches.in_flight == set()


def test_nothing_that_ends_in_time_is_no_attempt() -> None:
    branches = Branches(lambda _work: None)
    branches.launch("first", partial(attempted, "first"))

    assert branches.next(0) is None
    assert branches.in_flight == {"first"}
