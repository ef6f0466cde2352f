"""A few seconds of PostgreSQL and Redis in trouble, as `make chaos` has minutes of."""

from __future__ import annotations

import pytest

from chaos.run import run_scenario
from chaos.services import SCENARIOS
from chaos.tally import Scenario, Setting


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_nothing_is_lost(setting: Setting, scenario: Scenario) -> None:
    tally = run_scenario(scenario, setting)

    assert tally.is_well, tally
    assert tally.tried.total() >= 2
    assert tally.accepted > 0
