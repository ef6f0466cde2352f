"""`make chaos`: runs the scenarios, prints a table and writes `chaos/report.json`."""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from chaos.report import table, write_report
from chaos.run import run_scenario
from chaos.scenarios import SCENARIOS
from chaos.tally import Scenario, Setting, Tally

BUILD = Path(__file__).parents[1] / "build"


def main() -> int:
    """Breaks installations in every way that is known, and tells what was lost."""
    given = _parser().parse_args()
    tallies: dict[str, Tally] = {}
    print(f"seed {given.seed}", flush=True)
    for scenario in _chosen(given.only):
        print(f"{scenario.name}: {scenario.says}", flush=True)
        tallies[scenario.name] = _run(scenario, given)
        write_report(tallies, given.seed, given.rounds, given.seconds)
    print("\n" + table(tallies))
    print(f"\nrun it again with --seed {given.seed}")
    return 0 if all(tally.is_well for tally in tallies.values()) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=main.__doc__)
    names = [scenario.name for scenario in SCENARIOS]
    seed = secrets.randbelow(10**9)
    parser.add_argument("--rounds", type=int, default=100, help="of each kind of death (100)")
    parser.add_argument(
        "--seconds", type=float, default=600.0, help="of faults that come while time passes (600)"
    )
    parser.add_argument("--seed", type=int, default=seed, help="what is left to chance")
    parser.add_argument(
        "--only", action="append", choices=names, default=[], help="this scenario; may be repeated"
    )
    return parser


def _chosen(only: list[str]) -> list[Scenario]:
    return [scenario for scenario in SCENARIOS if not only or scenario.name in only]


def _run(scenario: Scenario, given: argparse.Namespace) -> Tally:
    """Runs one in a folder of its own, which is kept when not all went well."""
    BUILD.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"chaos-{scenario.name}-", dir=BUILD))
    tally = run_scenario(scenario, Setting(given.seed, given.rounds, given.seconds, folder))
    if tally.is_well:
        shutil.rmtree(folder)
    else:
        print(f"  its files are in {folder}", flush=True)
    return tally


if __name__ == "__main__":
    sys.exit(main())
