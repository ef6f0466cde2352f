"""Both modes beside each other: started, measured, and what is made of it."""

from __future__ import annotations

import pytest

from bench import modes
from bench.further_loads import EndToEnd
from bench.load import Load
from bench.mode_figures import mode_figures
from bench.modes import DISTRIBUTED, EMBEDDED, ModeRates, ModeRound, Setting, take_modes
from bench.options import read_options
from bench.services.programs import ProgramMissing
from bench.tables import sections
from tests.support.measurements import measured

SHORT = Load(connections=2, seconds=0.2, warm_up=0)
ONE, TWO, APART = Setting(EMBEDDED, 1), Setting(EMBEDDED, 2), Setting(DISTRIBUTED, 1)


def rates(accept: float, answered: float, ended: float) -> ModeRates:
    end_to_end = EndToEnd(measured(accept), ended, 0.0)
    return ModeRates(measured(accept), measured(answered), end_to_end)


@pytest.fixture
def rounds():
    return [
        ModeRound({ONE: rates(1000, 400, 300), TWO: rates(1500, 600, 330)}),
        ModeRound({ONE: rates(2000, 500, 200), TWO: rates(2200, 500, 400)}),
        ModeRound({ONE: rates(900, 400, 300), TWO: rates(990, 800, 360)}),
    ]


def test_ratios_are_to_the_first_setting_of_the_same_round(rounds):
    found = mode_figures(rounds)["modes"]["embedded"]
    assert found["1"]["accept"] == {"rate": 1000, "ratio": 1.0}
    assert found["2"] == {
        "accept": {"rate": 1500, "ratio": 1.1},
        "request_response": {"rate": 600, "ratio": 1.5},
        "end_to_end": {"rate": 360, "ratio": 1.2},
    }


def test_a_setting_that_was_left_out_once_is_left_out(rounds):
    found = mode_figures([*rounds, ModeRound({ONE: rates(1, 1, 1)}, {str(TWO): "it was busy"})])
    assert list(found["modes"]["embedded"]) == ["1"]
    assert found["modes_missing"] == {"embedded with 2": "it was busy"}


def test_each_setting_has_a_row_and_who_was_left_out_a_reason(figures):
    taken = ModeRound(
        {ONE: rates(1000, 500, 400), TWO: rates(1500, 500, 400), APART: rates(500, 250, 100)},
        {"embedded with 4": "it does not start as many working processes"},
    )
    text = sections({**figures, **mode_figures([taken])})
    assert "| embedded, 1 process | 1000/s | 1.00 | 500/s | 1.00 | 400/s | 1.00 |" in text
    assert "| embedded, 2 processes | 1500/s | 1.50 |" in text
    assert "| distributed, 1 worker | 500/s | 0.50 | 250/s | 0.50 | 100/s | 0.25 |" in text
    assert "embedded with 4 was left out: it does not start as many working processes." in text


def test_a_setting_that_the_server_does_not_take_is_left_out(monkeypatch):
    monkeypatch.setattr(modes, "process_count", lambda pid: 2)
    taken = take_modes([2], [], SHORT)
    assert taken.rates == {}
    assert list(taken.missing) == ["embedded with 2"]
    assert mode_figures([taken])["modes"] == {}


def test_a_web_process_and_a_worker_answer_over_servers_of_their_own():
    taken = take_modes([], [1], SHORT)
    assert taken.missing == {}
    assert taken.rates[APART].accept.rate > 0
    assert taken.rates[APART].request_response.rate > 0


@pytest.mark.parametrize(
    "fault", [ProgramMissing("PostgreSQL is missing"), RuntimeError("PostgreSQL is missing\nmore")]
)
def test_without_postgresql_the_distributed_mode_is_left_out(monkeypatch, fault):
    def missing(*_: object) -> None:
        raise fault

    monkeypatch.setattr(modes, "running_postgres", missing)
    taken = take_modes([], [1, 2], SHORT)
    assert taken.missing == {"distributed": "PostgreSQL is missing"}


def test_numbers_of_processes_come_as_a_list():
    given = read_options(["--processes", "1,8", "--workers", ""])
    assert (given.processes, given.workers) == ((1, 8), ())
    with pytest.raises(SystemExit):
        read_options(["--processes", "0"])
