"""Statements compiled once, so that the hot path pays for the database and not for building SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.sql.expression import Executable
from sqlalchemy.sql.compiler import SQLCompiler

Rows = Sequence[Mapping[str, Any]]


class Prepared:
    """A Core statement compiled for one dialect. Its parameters are plain numbers, texts and bytes."""

    def __init__(
        self, statement: Executable, dialect: Dialect, columns: Sequence[str] | None = None
    ):
        compiled = statement.compile(dialect=dialect, column_keys=columns)  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)
        self._sql = str(compiled)
        self._positions = compiled.positiontup if compiled.positional else None
        self._constants = {
            name: value for name, value in compiled.params.items() if value is not None
        }

    def execute(self, connection: Connection, rows: Rows) -> int:
        """Runs the statement once a row, in one call to the driver; how many rows it touched."""
        arguments: Any = [self._arguments(row) for row in rows]
        if len(arguments) == 1:
            arguments = arguments[0]
        return connection.exec_driver_sql(self._sql, arguments).rowcount

    def _arguments(self, row: Mapping[str, Any]) -> Any:
        values = {**self._constants, **row} if self._constants else row
        if self._positions is None:
            return values
        return tuple([values[name] for name in self._positions])
