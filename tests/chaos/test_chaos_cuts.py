"""A worker whose way to the database is cut for a moment; nothing is lost."""

from __future__ import annotations

from chaos.cuts import SCENARIOS
from chaos.run import run_scenario
from chaos.tally import Setting


def test_what_passes_late_or_not_at_all_loses_nothing(setting: Setting) -> None:
    tally = run_scenario(SCENARIOS[0], setting)

    assert tally.is_well, tally
    assert tally.tried.total() >= 1
    assert tally.accepted > 0
