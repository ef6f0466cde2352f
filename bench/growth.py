"""The same with few and with many ended runs in the store."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.automations import Administration, accept_target, answer_target
from bench.load import Load, Measured, measure
from bench.posting import Target
from bench.rounds import work_folder
from bench.servers import DATA_FOLDER, Server, penstock, upstream
from scripts.many_runs import are_counted, fill

FEW = 10_000
_COUNTED_LIMIT = 900.0
_POLL = 0.5


@dataclass(frozen=True, slots=True)
class Grown:
    """The same load on the installation with few ended runs and on that with many."""

    few: Measured
    many: Measured

    @property
    def ratio(self) -> float:
        """What is left of the rate with many."""
        return self.many.rate / self.few.rate


@dataclass(frozen=True, slots=True)
class Growth:
    """One turn of both installations."""

    accept: Grown
    request_response: Grown


def take_growth(many: int, turns: int, load: Load) -> list[Growth]:
    """Makes both installations, which takes minutes, and loads them in turns.

    Raises what a round raises.
    """
    with work_folder() as work, ExitStack() as running:
        partner = running.enter_context(upstream(work))
        few, grown = work / "few", work / "many"
        for folder, count in ((few, FEW), (grown, many)):
            make(folder, count, partner)
        servers = [running.enter_context(counted(folder)) for folder in (few, grown)]
        return [_turn(servers[0], servers[1], turn, load) for turn in range(turns)]


def make(folder: Path, count: int, partner: Server) -> None:
    """An installation with the automations of the bench and so many ended runs, kept for ever."""
    folder.mkdir()
    with penstock(folder) as server:
        administration = Administration(server)
        administration.prepare(partner)
        administration.keep_everything()
    fill(folder / DATA_FOLDER / "penstock.db", count)


@contextmanager
def counted(folder: Path) -> Iterator[Server]:
    """Runs an installation, from when its statistics have counted what is stored."""
    with penstock(folder) as server:
        end = time.perf_counter() + _COUNTED_LIMIT
        while not are_counted(folder / DATA_FOLDER / "penstock.db"):
            if time.perf_counter() > end:
                raise TimeoutError(f"runs are not counted after {_COUNTED_LIMIT:.0f} s")
            time.sleep(_POLL)
        yield server


def _turn(few: Server, many: Server, turn: int, load: Load) -> Growth:
    """Either comes first in every second turn."""

    def grown(target_of: Callable[[Server], Target]) -> Grown:
        order = (many, few) if turn % 2 else (few, many)
        taken = {server: _measured_alone(server, target_of(server), load) for server in order}
        return Grown(taken[few], taken[many])

    return Growth(grown(accept_target), grown(answer_target))


def _measured_alone(server: Server, target: Target, load: Load) -> Measured:
    """Nothing is left to do afterwards that would disturb the other installation."""
    measured = measure(target, load)
    Administration(server).drain()
    return measured
