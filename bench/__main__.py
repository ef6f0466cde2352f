"""`make bench`: measures, prints the tables and writes `bench/results.json`."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from dataclasses import replace
from typing import Any

import requests

from bench.backlog import BacklogLost, take_drain
from bench.figures import figures_of, machine
from bench.growth import take_growth
from bench.load import Load
from bench.markdown import Figures
from bench.mode_figures import mode_figures
from bench.modes import take_modes
from bench.options import read_options
from bench.posting import UnexpectedAnswer
from bench.report import read_results, write_docs, write_results
from bench.rounds import Round, take_round
from bench.scene import Route
from bench.servers import ServerFailed
from bench.store_figures import drain_figures, growth_figures
from bench.tables import sections

BUSY = 0.2
"""The load of other work, in cores, above which the figures are not to be trusted."""
MODE_SHARE = 0.5
"""How long a load on a mode lasts, of what a load lasts in a round: there are many of them."""
_FAULTS = (
    ServerFailed,
    UnexpectedAnswer,
    BacklogLost,
    requests.RequestException,
    RuntimeError,
    TimeoutError,
    ValueError,
)


def main() -> None:
    """Measures Penstock beside its floors and its peers."""
    given = read_options(sys.argv[1:])
    if given.write_docs:
        _write_docs()
        return
    try:
        figures = _measure(given)
    except _FAULTS as fault:
        sys.exit(str(fault))
    print("\n" + sections(write_results(figures)))


def _write_docs() -> None:
    try:
        write_docs(read_results())
    except FileNotFoundError as fault:
        sys.exit(f"{fault.filename} is missing; measure first: make bench")


def _measure(given: Namespace) -> Figures:
    _warn_when_busy()
    load = Load(connections=given.connections, seconds=given.seconds)
    return {
        **figures_of(_take(given.rounds, load), load),
        **_drain(given, load),
        **_modes(given, load),
        **_growth(given, load),
    }


def _take(count: int, load: Load) -> list[Round]:
    rounds = []
    for number in range(1, count + 1):
        taken = take_round(load)
        rounds.append(taken)
        _tell(
            f"round {number} of {count}: constant {taken.constant.rate:.0f}/s, "
            f"accept {_rates(taken.accept)}, request-response {_rates(taken.request_response)}, "
            f"idle {taken.idle.megabytes:.0f} MB, start {taken.start_s:.2f} s"
        )
    return rounds


def _rates(route: Route) -> str:
    return f"{route.penstock.rate:.0f}/s (floor {route.floor.rate:.0f}/s)"


def _drain(given: Namespace, load: Load) -> dict[str, Any]:
    if not given.backlog:
        return {}
    drain = take_drain(given.backlog, load)
    _tell(f"backlog: {drain.runs} runs in {drain.seconds:.1f} s")
    return {"drain": drain_figures(drain)}


def _modes(given: Namespace, load: Load) -> dict[str, Any]:
    if not given.mode_rounds or not given.processes + given.workers:
        return {}
    shorter = replace(load, seconds=load.seconds * MODE_SHARE)
    rounds = []
    for _ in range(given.mode_rounds):
        taken = take_modes(given.processes, given.workers, shorter)
        rounds.append(taken)
        for setting, rates in taken.rates.items():
            _tell(
                f"{setting}: accept {rates.accept.rate:.0f}/s, request-response "
                f"{rates.request_response.rate:.0f}/s, ended {rates.end_to_end.ended_rate:.0f}/s"
            )
    return mode_figures(rounds)


def _growth(given: Namespace, load: Load) -> dict[str, Any]:
    if not given.growth:
        return {}
    _tell(f"growth: makes an installation with {given.many:,} ended runs, which takes minutes")
    turns = take_growth(given.many, given.rounds, load)
    return {"growth": growth_figures(turns, given.many, machine())}


def _tell(words: str) -> None:
    print(words, flush=True)


def _warn_when_busy() -> None:
    load = os.getloadavg()[0]
    if load > BUSY:
        _tell(f"The load average is {load:.1f}: other work will disturb what is measured.")


if __name__ == "__main__":
    main()
