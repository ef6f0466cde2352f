"""What a process counts until it is asked."""

from __future__ import annotations

import threading
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from api.metering import SECONDS, Distribution, Meter
from core.states import RunStatus, StepStatus


@given(st.lists(st.floats(0, 1000)))
def test_a_value_is_in_the_first_bucket_that_reaches_it(values: list[float]) -> None:
    distribution = Distribution(SECONDS)
    for value in values:
        distribution.add(value)

    below = list(accumulate(distribution.counts))
    assert below == [sum(value <= bound for value in values) for bound in (*SECONDS, float("inf"))]


def test_nothing_is_lost_between_threads() -> None:
    meter = Meter()

    def work() -> None:
        for _ in range(2_000):
            meter.event_accepted()
            meter.run_ended(RunStatus.FAILED)
            meter.attempt_made("send-webhook", "succeeded", "public", 20)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    readings = meter.read()
    assert (readings.accepted, readings.ended) == (8_000, {"failed": 8_000})
    assert sum(readings.attempts["send-webhook", "succeeded", "public"].counts) == 8_000


def test_what_was_read_does_not_change_any_more() -> None:
    meter = Meter()
    meter.step_ended("wait", StepStatus.SUCCEEDED, "none", 1_000)
    meter.committed(3, 0.01)
    meter.connection_awaited(0.25)
    readings = meter.read()
    meter.step_ended("wait", StepStatus.SUCCEEDED, "none", 1_000)
    meter.committed(3, 0.01)
    meter.connection_awaited(0.25)

    assert sum(readings.steps["wait", "succeeded", "none"].counts) == 1
    assert (readings.waits.total, sum(readings.waits.counts)) == (0.25, 1)
    assert (readings.units.total, sum(readings.commits.counts)) == (3, 1)
