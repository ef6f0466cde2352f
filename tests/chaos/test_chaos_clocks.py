"""Clocks that are wrong or jump: nothing is lost, nothing runs twice."""

from __future__ import annotations

from chaos.clocks import go_by_wrong_clocks, jump_while_retries_wait
from chaos.tally import Setting, Tally


def test_machines_that_do_not_agree_on_the_time_of_day(setting: Setting) -> None:
    names, tally = ["1 day ahead", "1 h behind"], Tally()

    go_by_wrong_clocks(names, setting, tally)

    assert tally.is_well, tally
    assert tally.accepted > 0
    assert tally.tried.keys() == set(names)


def test_a_clock_that_jumps_while_retries_wait(setting: Setting) -> None:
    names, tally = ["1 day ahead", "1 h behind"], Tally()

    jump_while_retries_wait(names, setting, tally)

    assert tally.is_well, tally
    assert tally.accepted == tally.ended == 2 * (6 + 9)
