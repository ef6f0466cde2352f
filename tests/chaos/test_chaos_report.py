"""The report says what was lost, and so does the exit status."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

import chaos.__main__ as command
from chaos import report
from chaos.ledger import repeated
from chaos.run import run_scenario
from chaos.tally import Scenario, Setting, Tally
from tests.support.partner import Arrival


def arrival(key: str) -> Arrival:
    return Arrival("POST", "/", {"idempotency-key": key}, b"{}")


def test_a_step_that_ran_again_after_the_next_one_was_sent_is_seen() -> None:
    sent = ["a.first", "b.first", "a.second", "b.first", "a.first", "b.second", "b.second"]

    assert repeated([], [arrival(key) for key in sent]) == {"a.first"}


def test_a_step_that_ran_again_after_it_was_seen_completed_is_seen() -> None:
    seen = ({"a.first", "b.first"}, Counter({"a.first": 1, "b.first": 2}))
    sent = ["a.first", "b.first", "b.first", "a.first"]

    assert repeated([seen], [arrival(key) for key in sent]) == {"a.first"}


def accepts(accepted: int, ended: int, repeated: int = 0):
    def run(_setting: Setting, tally: Tally) -> None:
        tally.tried["spill"] += 1
        tally.accepted += accepted
        tally.ended += ended
        tally.repeated += repeated

    return Scenario("spill", "spills", run)


@pytest.mark.parametrize(
    ("scenario", "status", "verdict"),
    [
        (accepts(3, 3), 0, "well"),
        (accepts(3, 2), 1, "NOT AS PROMISED"),
        (accepts(3, 3, repeated=1), 1, "NOT AS PROMISED"),
    ],
)
def test_what_is_lost_or_done_twice_ends_with_1(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    scenario: Scenario,
    status: int,
    verdict: str,
) -> None:
    monkeypatch.setattr(command, "SCENARIOS", [scenario])
    monkeypatch.setattr(command, "BUILD", tmp_path / "build")
    monkeypatch.setattr(report, "REPORT", tmp_path / "report.json")
    monkeypatch.setattr(sys, "argv", ["chaos", "--seed", "5"])

    assert command.main() == status

    kept = json.loads((tmp_path / "report.json").read_text())
    assert kept["seed"] == 5
    counted = kept["scenarios"]["spill"]
    assert counted["lost"] == counted["accepted"] - counted["ended"]
    said = capsys.readouterr().out
    assert verdict in said
    assert "run it again with --seed 5" in said


def test_what_breaks_off_is_a_fault_and_what_is_missing_is_left_out(setting: Setting) -> None:
    def break_off(_setting: Setting, tally: Tally) -> None:
        tally.accepted = tally.ended = 1
        raise RuntimeError("the lights went out")

    def skip(_setting: Setting, _tally: Tally) -> None:
        pytest.skip("no PostgreSQL here")

    broken = run_scenario(Scenario("dark", "", break_off), setting)
    skipped = run_scenario(Scenario("bare", "", skip), setting)

    assert not broken.is_well
    assert "the lights went out" in broken.faults[0]
    assert (skipped.is_well, skipped.left_out) == (True, "no PostgreSQL here")
