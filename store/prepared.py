"""Statements compiled once, so that the hot path pays for the database and not for building SQL.

They are compiled when they are used first: there are some 140, and a start waits for none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from functools import cached_property
from operator import itemgetter
from typing import Any, Protocol

from sqlalchemy import Dialect, Insert
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement

Values = Mapping[str, Any]

Arguments = Callable[[Values], Any]
"""From a row to what the driver takes: a tuple in order, or a mapping by name."""

DriverCall = tuple[str, list[Any]]
"""A statement in SQL, and the parameters of each time that it is executed."""

Turns = Callable[[Values], Iterable[int]]
"""Which locks a statement with these values waits for (`store.turns`)."""


class Stage(IntEnum):
    """The order in which the statements of a commit are executed, whosever they are."""

    ADD = 0
    """New rows."""
    CHANGE = 1
    """Changes of rows."""
    HOLD = 2
    """Runs whose key is held by now leave the line."""
    PASS_ON = 3
    """Runs that nothing of their key is before any more get their turn."""


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
    """What a write executes."""

    @property
    def stage(self) -> Stage:
        """When it is executed in its commit."""
        ...

    @property
    def turns(self) -> Turns | None:
        """The locks that its commit has to take first."""
        ...

    def calls(self, rows: Sequence[Values]) -> Sequence[DriverCall]:
        """What the driver is told so that it runs once a row; the first call touches the rows."""
        ...


class Prepared:
    """A Core statement compiled for one dialect. Its parameters are plain numbers, texts and bytes.

    It is executed on a driver's own cursor: for rows in small groups SQLAlchemy's execution would
    cost several times what SQLite does. `turns` are the locks that its commit has to take first.
    """

    def __init__(
        self,
        statement: ClauseElement,
        dialect: Dialect,
        columns: Sequence[str] | None = None,
        stage: Stage | None = None,
        turns: Turns | None = None,
    ) -> None:
        usual = Stage.ADD if isinstance(statement, Insert) else Stage.CHANGE
        self.stage = usual if stage is None else stage
        self.turns = turns
        self._statement = statement
        self._dialect = dialect
        self._columns = columns

    def calls(self, rows: Sequence[Values]) -> Sequence[DriverCall]:
        """One call to the driver, for all rows."""
        sql, arguments = self._compiled
        return ((sql, [arguments(row) for row in rows]),)

    @property
    def sql(self) -> str:
        """The statement as the driver takes it."""
        return self._compiled[0]

    @property
    def arguments(self) -> Arguments:
        """From a row to what the driver takes."""
        return self._compiled[1]

    @cached_property
    def _compiled(self) -> tuple[str, Arguments]:
        compiled = self._statement.compile(dialect=self._dialect, column_keys=self._columns)
        if not isinstance(compiled, SQLCompiler):
            raise TypeError(f"{self._statement} is no statement")
        return str(compiled), _arguments_of(compiled)


def _arguments_of(compiled: SQLCompiler) -> Arguments:
    constants = {
        name: bind.value
        for name, bind in compiled.binds.items()
        if not bind.required and bind.value is not None
    }
    if not compiled.positional:
        return lambda row: without_nul({**constants, **row})
    ordered = itemgetter(*compiled.positiontup or ())
    if len(compiled.positiontup or ()) == 1:
        return lambda row: (ordered(row),)
    return (lambda row: ordered({**constants, **row})) if constants else ordered


def without_nul(values: dict[str, Any]) -> dict[str, Any]:
    """PostgreSQL's text cannot hold U+0000, which JSON and a URL can: U+FFFD stands for it."""
    for name, value in values.items():
        if isinstance(value, str) and "\0" in value:
            values[name] = value.replace("\0", "\ufffd")
    return values
