"""A disk that fills up: nothing is accepted that is not stored, and it heals by itself."""

from __future__ import annotations

from chaos.disks import BEFORE, MEANWHILE, SCENARIOS
from chaos.run import run_scenario
from chaos.tally import Setting


def test_a_full_disk_loses_nothing_and_heals(setting: Setting) -> None:
    """A disk of its own where that may be mounted, else a limit to the size of files."""
    small_disk, limited_files = SCENARIOS
    tally = run_scenario(small_disk, setting)
    if tally.left_out:
        tally = run_scenario(limited_files, setting)

    assert tally.is_well, tally
    assert tally.tried == {"healed": 1, "killed while full": 1}
    assert 2 * BEFORE < tally.accepted < 2 * (BEFORE + MEANWHILE)
