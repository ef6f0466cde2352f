"""Further kinds of load: what is made of the rounds, and how it reads."""

from __future__ import annotations

from dataclasses import replace

from bench.load_figures import load_figures
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


def test_what_was_not_measured_is_not_told_of(figures):
    assert load_figures([round_with(1000, 2000)]) == {}
    assert "### Other loads" not in sections(figures)
