"""The ticks of a server's schedules as they are on disk, whether the server runs or not."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Rows:
    """A schedule as it is on disk: when it began, its next tick, and the ticks it made."""

    anchor: int
    next_at: int
    ticks: Sequence[dict[str, Any]]


def rows_of(data_dir: Path, name: str) -> Rows:
    """What is on disk at one moment; each event has its run there."""
    which = "WHERE automation_id = ?"
    with closing(sqlite3.connect(data_dir / "penstock.db")) as database:
        database.execute("BEGIN")
        schedule = database.execute(f"SELECT anchor, next_at FROM schedules {which}", [name])
        anchor, next_at = schedule.fetchone()
        events = database.execute(f"SELECT id, raw FROM events {which} ORDER BY id", [name])
        bodies = {event_id: json.loads(raw) for event_id, raw in events}
        runs = database.execute(f"SELECT event_id FROM runs {which} ORDER BY event_id", [name])
        assert [row[0] for row in runs] == list(bodies)
    return Rows(anchor, next_at, list(bodies.values()))


def set_back(data_dir: Path, name: str, duration: int) -> None:
    """What a stop of this length leaves: the next tick was due so long ago."""
    statement = "UPDATE schedules SET next_at = next_at - ? WHERE automation_id = ?"
    with closing(sqlite3.connect(data_dir / "penstock.db")) as database, database:
        database.execute(statement, [duration, name])
