"""A disk that fills up: nothing is accepted that is not stored, and it heals by itself."""

from __future__ import annotations

import pytest

from chaos.disks import BEFORE, MEANWHILE, SCENARIOS
from chaos.run import run_scenario
from chaos.tally import Scenario, Setting


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_full_disk_loses_nothing_and_heals(setting: Setting, scenario: Scenario) -> None:
    tally = run_scenario(scenario, setting)

    if tally.left_out:
        pytest.skip(tally.left_out)
    assert tally.is_well, tally
    assert tally.tried == {"healed": 1, "killed while full": 1}
    assert 2 * BEFORE < tally.accepted < 2 * (BEFORE + MEANWHILE)
