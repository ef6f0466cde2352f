"""CSV (RFC 4180, and what else spreadsheets write): rows as objects by column, or as lists."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import chain
from typing import TypeVar

from actions.parsing.faults import UnreadableError
from core.size import MOST_BYTES, TooLarge, check_size

MOST_ROWS = 100_000
BYTE_ORDER_MARK = "\ufeff"

Row = list[str]
Numbered = tuple[int, Row]
"""A row, and the line at which it begins."""
Taken = TypeVar("Taken", Row, dict[str, str])


class FirstRow(StrEnum):
    """What the first row is."""

    NAMES = "names"
    DATA = "data"
    SKIP = "skip"


def read_csv(
    text: str, delimiter: str, first_row: FirstRow, columns: Sequence[str] | None
) -> list[dict[str, str]] | list[Row]:
    """The rows: objects by the names of `columns` or of the first row, lists without either.

    Cells are texts, a blank line is no row, a byte order mark is passed over. Every row must be as
    long as there are names, or as the first. Raises UnreadableError with the line.
    """
    rows = _rows(text.removeprefix(BYTE_ORDER_MARK), delimiter)
    first = next(rows, None)
    if first is None and first_row is FirstRow.NAMES:
        raise UnreadableError("the text is empty, so nothing names the columns")
    if first is None:
        return []
    names = columns or (_names(*first) if first_row is FirstRow.NAMES else None)
    following = chain([first], rows) if first_row is FirstRow.DATA else rows
    if names is None:
        return _bounded(_of_width(following, len(first[1]), "the first row has"))
    cells = _of_width(following, len(names), "the columns are")
    return _bounded(dict(zip(names, row, strict=True)) for row in cells)


def _rows(text: str, delimiter: str) -> Iterator[Numbered]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise UnreadableError(f"line {line}: {_words(str(error))}") from None
        if row is None:
            return
        if row:
            yield line, row


def _words(error: str) -> str:
    if error.startswith("unexpected end"):
        return "a quoted cell begins here and never ends"
    if error.startswith("field larger"):
        return f"a cell has more than {csv.field_size_limit()} characters"
    if "expected after" in error:
        return 'text stands behind the closing quote of a cell; inside a cell, a quote is ""'
    return error


def _names(line: int, row: Row) -> Row:
    names = [name.strip() for name in row]
    for place, name in enumerate(names, 1):
        if not name:
            raise UnreadableError(f"line {line}: column {place} has no name; give `columns`")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        words = f"two columns are called {twice[0][:60]!r}; give `columns`"
        raise UnreadableError(f"line {line}: {words}")
    return names


def _of_width(rows: Iterator[Numbered], width: int, because: str) -> Iterator[Row]:
    for line, row in rows:
        if len(row) != width:
            count = "1 cell" if len(row) == 1 else f"{len(row)} cells"
            raise UnreadableError(f"line {line} has {count}, but {because} {width}")
        yield row


def _bounded(rows: Iterator[Taken]) -> list[Taken]:
    taken: list[Taken] = []
    left = MOST_BYTES
    for row in rows:
        if len(taken) == MOST_ROWS:
            raise UnreadableError(f"there are more than {MOST_ROWS} rows")
        try:
            left -= check_size(row, left)
        except TooLarge:
            words = f"the rows are larger than {MOST_BYTES >> 20} MiB as JSON"
            raise UnreadableError(words) from None
        taken.append(row)
    return taken
