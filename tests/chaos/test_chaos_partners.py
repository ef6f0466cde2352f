"""Partners that mean harm, all of them once, while others are served."""

from __future__ import annotations

from chaos.hostile import HOSTILE
from chaos.partners import AT_ONCE, SCENARIOS
from chaos.run import run_scenario
from chaos.tally import Setting


def test_every_send_ends_memory_stays_and_others_go_on(setting: Setting) -> None:
    tally = run_scenario(SCENARIOS[0], setting)

    assert tally.is_well, tally
    assert tally.tried == dict.fromkeys(HOSTILE, AT_ONCE)
    assert tally.accepted == tally.ended > len(HOSTILE) * AT_ONCE
