"""Counts of several processes behind one port."""

from __future__ import annotations

from pathlib import Path

from api.metering import Meter
from api.shared_metering import SharedReadings
from core.states import RunStatus, StepStatus


def test_they_are_added_up_whoever_is_asked(tmp_path: Path) -> None:
    meters = [Meter(), Meter()]
    shared = [SharedReadings(meter, tmp_path, number) for number, meter in enumerate(meters)]
    for meter in meters:
        meter.event_accepted()
        meter.run_ended(RunStatus.SUCCEEDED, 2)
        meter.step_ended("send-webhook", StepStatus.SUCCEEDED, "public", 20)
    meters[1].step_ended("set-values", StepStatus.SUCCEEDED, "none", 0)
    for one in shared:
        one.keep()

    assert [one.read().accepted for one in shared] == [2, 2]
    readings = shared[0].read()
    assert readings.ended == {"succeeded": 4}
    assert {labels[0]: sum(one.counts) for labels, one in readings.steps.items()} == {
        "send-webhook": 2,
        "set-values": 1,
    }


def test_whoever_follows_goes_on_counting(tmp_path: Path) -> None:
    first = Meter()
    first.event_accepted()
    SharedReadings(first, tmp_path, 0).keep()
    second = Meter()
    second.event_accepted()

    follower = SharedReadings(second, tmp_path, 0)

    assert follower.read().accepted == 2
    follower.keep()
    assert follower.read().accepted == 2
    assert SharedReadings(Meter(), tmp_path, 1).read().accepted == 2
