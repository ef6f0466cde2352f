"""What a server that was killed left on disk: read from a copy, as a restart would find it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.automations import ENDS

RunRow = tuple[str, int, int | None, bytes | None]
"""A run's status, token, end and output."""


@dataclass(frozen=True)
class Wreck:
    """The committed state: runs by id, and the keys (`<run>.<step>`) of completed steps."""

    runs: Mapping[str, RunRow]
    completed: frozenset[str]

    @property
    def ended(self) -> Mapping[str, RunRow]:
        return {run_id: row for run_id, row in self.runs.items() if row[0] in ENDS}


def read_wreck(data_dir: Path) -> Wreck:
    """Reads what is committed and leaves the files alone."""
    with committed(data_dir) as database:
        runs = database.execute("SELECT id, status, token, finished_at, output FROM runs")
        by_id = {row[0]: tuple(row[1:]) for row in runs}
        done = database.execute(
            "SELECT run_id || '.' || step_id FROM step_runs WHERE status = 'succeeded'"
        )
        return Wreck(by_id, frozenset(row[0] for row in done))


def read_deliveries(data_dir: Path) -> Mapping[str, str]:
    """The states of all committed deliveries by id."""
    with committed(data_dir) as database:
        return dict(database.execute("SELECT id, status FROM deliveries").fetchall())


@contextmanager
def committed(data_dir: Path) -> Iterator[sqlite3.Connection]:
    """A copy of the database, as a restart would find it."""
    copy = data_dir.parent / "copy"
    copy.mkdir(exist_ok=True)
    for name in ("penstock.db", "penstock.db-wal"):
        copy.joinpath(name).unlink(missing_ok=True)
        if (data_dir / name).exists():
            shutil.copy(data_dir / name, copy / name)
    with closing(sqlite3.connect(copy / "penstock.db")) as database:
        yield database
