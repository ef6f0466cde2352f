"""Further kinds of load: what is made of the rounds, and how it reads."""

from __future__ import annotations

from dataclasses import replace

from bench.further_loads import EndToEnd, HalfLoad
from bench.load_figures import load_figures
from bench.paced import Paced
from bench.scene import Route
from bench.tables import sections
from tests.support.measurements import measured, round_with


def test_slow_partners_are_compared_with_what_the_partner_allows(figures):
    rounds = [
        replace(round_with(1000, 2000), slow_partners=measured(rate)) for rate in (1200, 600, 1300)
    ]
    found = load_figures(rounds)
    assert found["slow_partners"]["rate"] == 1200
    assert found["slow_partners"]["ratio"] == 0.9
    assert (
        "| 400 callers, a partner that takes 300 ms | 1200/s | 0.90 | 1333/s, which the partner "
        "allows | 2.0 ms | 9.0 ms |" in sections({**figures, **found})
    )


def test_runs_that_end_are_compared_with_what_is_accepted_and_with_the_floor(figures):
    rounds = [
        replace(round_with(1000, 2000), end_to_end=EndToEnd(measured(accepted), ended, 1.0))
        for accepted, ended in ((1000, 500), (1000, 900), (800, 600))
    ]
    found = load_figures(rounds)["end_to_end"]
    assert (found["rate"], found["ratio"], found["floor_ratio"]) == (600, 0.75, 0.3)
    text = sections({**figures, "end_to_end": found})
    assert (
        "| asynchronous end to end: runs ended | 600/s | 0.75 | 1000/s, accepted meanwhile" in text
    )
    assert "|  | 600/s | 0.30 | the floor's request-response |" in text


def test_large_bodies_are_compared_with_the_floor(figures):
    taken = replace(
        round_with(1, 1), large_bodies=Route(floor=measured(400), penstock=measured(100))
    )
    found = load_figures([taken])["large_bodies"]
    assert (found["rate"], found["floor_rate"], found["ratio"]) == (100, 400, 0.25)
    text = sections({**figures, "large_bodies": found})
    assert "| accept, bodies of 256 KiB | 100/s | 0.25 | 400/s, the floor | 2.0 ms |" in text


def test_latency_at_half_load_is_the_slowest_hundredth_to_the_median(figures):
    def half(p50: float, p99: float) -> HalfLoad:
        return HalfLoad(Paced(500, p50, p99), Paced(300, 8.0, 20.0))

    rounds = [replace(round_with(1, 1), half_load=half(*each)) for each in ((2, 8), (4, 8), (1, 3))]
    found = load_figures(rounds)["latency"]
    assert found["accept"] == {"rate": 500, "median_ms": 2, "p99_ms": 8, "ratio": 3.0}
    assert found["ratio"] == 3.0
    text = sections({**figures, "latency": found})
    assert "| request-response at 300/s | 8.0 ms | 20.0 ms | 2.50 |" in text


def test_what_was_not_measured_is_not_told_of(figures):
    assert load_figures([round_with(1000, 2000)]) == {}
    assert "### Other loads" not in sections(figures)
