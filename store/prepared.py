"""Statements compiled once, so that the hot path pays for the database and not for building SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Protocol

from sqlalchemy import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement

Values = Mapping[str, Any]


class Cursor(Protocol):
    """What is used of a driver's cursor (PEP 249)."""

    @property
    def rowcount(self) -> int:
        """How many rows the last call touched, over all of its parameter sets."""
        ...

    def execute(self, operation: str, parameters: Any, /) -> Any:
        """Executes a statement once."""
        ...

    def executemany(self, operation: str, parameters: Any, /) -> Any:
        """Executes a statement for each of a sequence of parameters."""
        ...


class Statement(Protocol):
    """What a write executes. `inserts` says whether it adds rows."""

    @property
    def inserts(self) -> bool:
        """Whether it adds rows, so that those that change them come after it."""
        ...

    def execute(self, cursor: Cursor, rows: Sequence[Values]) -> int:
        """Runs the statement once a row; how many rows it touched."""
        ...


class Prepared:
    """A Core statement compiled for one dialect. Its parameters are plain numbers, texts and bytes.

    It is executed on the driver's own cursor: for rows in small groups SQLAlchemy's execution would
    cost several times what SQLite does. `inserts` says whether it adds rows.
    """

    def __init__(
        self, statement: ClauseElement, dialect: Dialect, columns: Sequence[str] | None = None
    ) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=columns)
        if not isinstance(compiled, SQLCompiler):
            raise TypeError(f"{statement} is no statement")
        self.inserts = compiled.isinsert
        self._sql = str(compiled)
        self._arguments = _arguments_of(compiled)

    def execute(self, cursor: Cursor, rows: Sequence[Values]) -> int:
        """Runs the statement once a row, in one call to the driver; how many rows it touched."""
        if len(rows) == 1:
            cursor.execute(self._sql, self._arguments(rows[0]))
        else:
            cursor.executemany(self._sql, [self._arguments(row) for row in rows])
        return cursor.rowcount


def _arguments_of(compiled: SQLCompiler) -> Callable[[Values], Any]:
    """From a row to what the driver takes: a tuple in order, or a mapping by name."""
    constants = {
        name: bind.value
        for name, bind in compiled.binds.items()
        if not bind.required and bind.value is not None
    }
    if not compiled.positional:
        return lambda row: _without_nul({**constants, **row})
    ordered = itemgetter(*compiled.positiontup or ())
    if len(compiled.positiontup or ()) == 1:
        return lambda row: (ordered(row),)
    return (lambda row: ordered({**constants, **row})) if constants else ordered


def _without_nul(values: dict[str, Any]) -> dict[str, Any]:
    """PostgreSQL's text cannot hold U+0000, which JSON and a URL can: U+FFFD stands for it."""
    for name, value in values.items():
        if isinstance(value, str) and "\0" in value:
            values[name] = value.replace("\0", "\ufffd")
    return values
