"""Runs one scenario, whatever comes of it."""

from __future__ import annotations

import traceback

import pytest

from chaos.tally import Scenario, Setting, Tally


def run_scenario(scenario: Scenario, setting: Setting) -> Tally:
    """What it counted; what broke it off is among the faults."""
    tally = Tally()
    try:
        scenario.run(setting, tally)
    except pytest.skip.Exception as missing:
        tally.left_out = str(missing)
    except Exception as error:  # noqa: BLE001  the report says that it broke off, and goes on
        where = traceback.extract_tb(error.__traceback__)[-1]
        tally.faults.append(f"broke off in {where.name}: {type(error).__name__}: {error}")
        traceback.print_exc()
    return tally
