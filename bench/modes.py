"""Both modes, with one, two and four working processes, one after the other in one round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import servers
from bench.automations import Administration, accept_target, answer_target
from bench.further_loads import EndToEnd, take_end_to_end
from bench.load import Load, Measured, measure
from bench.memory import process_count
from bench.rounds import work_folder
from bench.servers import DATA_FOLDER, Server
from bench.services.postgres import PostgresServer, running_postgres
from bench.services.programs import ProgramMissing
from bench.services.redis import running_redis
from bench.stored import open_stored, sqlite_url

EMBEDDED, DISTRIBUTED = "embedded", "distributed"
CONNECTIONS_OF_POSTGRES = 300
_SECRET_KEY = "the-one-key-of-all-processes"


@dataclass(frozen=True, slots=True)
class Setting:
    """A mode and how many processes execute runs in it."""

    mode: str
    workers: int

    def __str__(self) -> str:
        return f"{self.mode} with {self.workers}"


@dataclass(frozen=True, slots=True)
class ModeRates:
    """What a setting reached."""

    accept: Measured
    request_response: Measured
    end_to_end: EndToEnd


@dataclass(frozen=True, slots=True)
class ModeRound:
    """What each setting reached, and why others were left out."""

    rates: dict[Setting, ModeRates]
    missing: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Installation:
    """Where a running installation takes events in, and its database by its SQLAlchemy URL."""

    server: Server
    database_url: str


class TooFewProcesses(Exception):
    """The server did not start as many working processes as it was asked for."""


def take_modes(processes: Sequence[int], workers: Sequence[int], load: Load) -> ModeRound:
    """Starts and measures each setting by itself. Raises what a round raises."""
    taken = ModeRound({}, {})
    with work_folder() as work, servers.upstream(work) as upstream:
        for count in processes:
            setting = Setting(EMBEDDED, count)
            try:
                with embedded(work / str(setting), count) as installation:
                    taken.rates[setting] = _measured(installation, upstream, load)
            except TooFewProcesses as fault:
                taken.missing[str(setting)] = str(fault)
        try:
            for count in workers:
                setting = Setting(DISTRIBUTED, count)
                with distributed(work / str(setting), count) as installation:
                    taken.rates[setting] = _measured(installation, upstream, load)
        except (ProgramMissing, RuntimeError) as fault:
            taken.missing[DISTRIBUTED] = str(fault).partition("\n")[0]
    return taken


@contextmanager
def embedded(folder: Path, processes: int) -> Iterator[Installation]:
    """`penstock run` on SQLite. Raises TooFewProcesses, ServerFailed."""
    folder.mkdir()
    with servers.penstock(folder, PENSTOCK_PROCESSES=str(processes)) as server:
        if process_count(server.pid) < processes + 1:  # and the supervisor
            raise TooFewProcesses("it does not start as many working processes")
        yield Installation(server, sqlite_url(folder / DATA_FOLDER))


@contextmanager
def distributed(folder: Path, workers: int) -> Iterator[Installation]:
    """One `penstock web` and so many workers, over a PostgreSQL and a Redis of their own.

    The web process comes first: it makes the tables. Raises ProgramMissing, ServerFailed, or
    RuntimeError with what a program said.
    """
    folder.mkdir()
    with ExitStack() as running:
        postgres: PostgresServer = running.enter_context(
            # Beside the work folder, which is its maker's alone. It waits for the disk.
            running_postgres([f"max_connections={CONNECTIONS_OF_POSTGRES}"], servers.BUILD)
        )
        settings = {
            "PENSTOCK_DATABASE_URL": postgres.new_database(),
            "PENSTOCK_REDIS_URL": running.enter_context(running_redis()).url,
            "PENSTOCK_SECRET_KEY": _SECRET_KEY,
        }
        names = ["web", *(f"worker{number}" for number in range(workers))]
        started = []
        for name in names:
            (folder / name).mkdir()
            command = name.rstrip("0123456789")
            process = servers.penstock(folder / name, command, **settings)
            started.append(running.enter_context(process))
        yield Installation(started[0], settings["PENSTOCK_DATABASE_URL"])


def _measured(installation: Installation, upstream: Server, load: Load) -> ModeRates:
    server = installation.server
    administration = Administration(server)
    administration.prepare(upstream)
    accept = measure(accept_target(server), load)
    administration.drain()
    answer = measure(answer_target(server), load)
    with open_stored(installation.database_url) as stored:
        return ModeRates(accept, answer, take_end_to_end(server, administration, stored, load))
