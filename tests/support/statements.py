"""What a database is asked, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from core.writes import Write
from store.prepared import Prepared
from store.usage import CountedInsert


def prepared_of(write: Write) -> Prepared:
    """The statement of a write, without what counts its rows beside it."""
    statement = write.statement
    return statement._insert if isinstance(statement, CountedInsert) else statement


def sql_of(write: Write) -> str:
    """The text of it."""
    return prepared_of(write).sql


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """The statements that this process sends to any database meanwhile."""
    sent: list[str] = []

    def remember(*given: Any) -> None:
        sent.append(given[2])

    event.listen(Engine, "before_cursor_execute", remember)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", remember)
