"""What the database under test has stored, read beside the servers that use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, NullPool, create_engine, text

_ENDED = text(
    "SELECT COUNT(*) FROM runs WHERE tenant = 'default' AND automation_id = :automation"
    " AND finished_at >= :since AND finished_at < :until"
)
_SPAN = text(
    "SELECT COUNT(*), MIN(started_at), MAX(finished_at) FROM runs"
    " WHERE tenant = 'default' AND automation_id = :automation AND status = 'succeeded'"
)


@dataclass(frozen=True, slots=True)
class Span:
    """How many runs of an automation succeeded, and the seconds from first start to last end."""

    runs: int
    seconds: float


class Stored:
    """The runs of a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ended(self, automation: str, since: float, until: float) -> int:
        """How many of an automation's runs ended between two moments, in seconds since 1970."""
        given = {"automation": automation, "since": since * 1000, "until": until * 1000}
        with self._engine.connect() as connection:
            return int(connection.execute(_ENDED, given).scalar_one())

    def span(self, automation: str) -> Span:
        """Of those that succeeded."""
        with self._engine.connect() as connection:
            runs, first, last = connection.execute(_SPAN, {"automation": automation}).one()
        return Span(runs, (last - first) / 1000 if runs else 0.0)


@contextmanager
def open_stored(url: str) -> Iterator[Stored]:
    """A database by its SQLAlchemy URL."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        yield Stored(engine)
    finally:
        engine.dispose()


def sqlite_url(data_folder: Path) -> str:
    """The database of an embedded installation."""
    return f"sqlite:///{data_folder / 'penstock.db'}"
