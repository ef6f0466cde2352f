"""What was seen, as a table and as `chaos/report.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from chaos.tally import Tally

REPORT = Path(__file__).parent / "report.json"
_HEADINGS = ("scenario", "tried", "accepted", "ended", "lost", "ran twice", "verdict")


def table(tallies: Mapping[str, Tally]) -> str:
    """A line for each scenario, and below it what was tried how often, and what was measured."""
    rows = [_HEADINGS, *(_row(name, tally) for name, tally in tallies.items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = [_aligned(row, widths) for row in rows]
    details = [f"{name}: {_details(tally)}" for name, tally in tallies.items()]
    return "\n".join([*lines, "", *details])


def write_report(tallies: Mapping[str, Tally], seed: int, rounds: int, seconds: float) -> None:
    """Keeps it in `chaos/report.json`."""
    report = {
        "seed": seed,
        "rounds": rounds,
        "seconds": seconds,
        "scenarios": {name: _as_json(tally) for name, tally in tallies.items()},
    }
    REPORT.write_text(json.dumps(report, indent=2) + "\n")


def _row(name: str, tally: Tally) -> tuple[str, ...]:
    counts = (tally.accepted, tally.ended, tally.lost, tally.repeated)
    return (name, str(tally.tried.total()), *map(str, counts), _verdict(tally))


def _verdict(tally: Tally) -> str:
    if tally.left_out is not None:
        return "left out"
    return "well" if tally.is_well else "NOT AS PROMISED"


def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
    name, *numbers, verdict = (
        cell.ljust(width) if column == 0 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join([name, *numbers, verdict.strip()])


def _details(tally: Tally) -> str:
    if tally.left_out is not None:
        return tally.left_out
    tried = ", ".join(f"{name} {times}" for name, times in sorted(tally.tried.items()))
    figures = (f"{name} {figure:g}" for name, figure in tally.figures.items())
    return "; ".join([tried, *figures, *tally.faults])


def _as_json(tally: Tally) -> dict[str, object]:
    return {
        "tried": dict(sorted(tally.tried.items())),
        "accepted": tally.accepted,
        "ended": tally.ended,
        "lost": tally.lost,
        "completed_steps_that_ran_twice": tally.repeated,
        "faults": tally.faults,
        "figures": tally.figures,
        "left_out": tally.left_out,
    }
