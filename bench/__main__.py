"""`make bench`: measures, prints the table and writes `bench/results.json`."""

from __future__ import annotations

import argparse
import os
import sys

import requests

from bench.figures import figures_of
from bench.load import Load, UnexpectedAnswer
from bench.report import read_results, write_docs, write_results
from bench.rounds import Round, take_round
from bench.scene import Route
from bench.servers import ServerFailed
from bench.tables import sections

BUSY = 0.2
"""The load of other work, in cores, above which the figures are not to be trusted."""


def main() -> None:
    """Measures Penstock beside its floors."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often (5)")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each load lasts (5)")
    parser.add_argument("--connections", type=int, default=16, help="how many at once (16)")
    parser.add_argument(
        "--write-docs",
        action="store_true",
        help="measure nothing; put bench/results.json into docs/performance.md",
    )
    given = parser.parse_args()
    if given.write_docs:
        _write_docs()
        return
    load = Load(connections=given.connections, seconds=given.seconds)
    try:
        figures = figures_of(_take(given.rounds, load), load)
    except (
        ServerFailed,
        UnexpectedAnswer,
        requests.RequestException,
        TimeoutError,
        ValueError,
    ) as fault:
        sys.exit(str(fault))
    write_results(figures)
    print("\n" + sections(figures))


def _write_docs() -> None:
    try:
        write_docs(read_results())
    except FileNotFoundError as fault:
        sys.exit(f"{fault.filename} is missing; measure first: make bench")


def _take(count: int, load: Load) -> list[Round]:
    _warn_when_busy()
    rounds = []
    for number in range(1, count + 1):
        taken = take_round(load)
        rounds.append(taken)
        print(
            f"round {number} of {count}: constant {taken.constant.rate:.0f}/s, "
            f"accept {_rates(taken.accept)}, request-response {_rates(taken.request_response)}, "
            f"idle {taken.idle.megabytes:.0f} MB, start {taken.start_s:.2f} s",
            flush=True,
        )
    return rounds


def _rates(route: Route) -> str:
    return f"{route.penstock.rate:.0f}/s (floor {route.floor.rate:.0f}/s)"


def _warn_when_busy() -> None:
    load = os.getloadavg()[0]
    if load > BUSY:
        print(f"The load average is {load:.1f}: other work will disturb what is measured.")


if __name__ == "__main__":
    main()
