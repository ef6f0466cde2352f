"""Strict JSON (`core.strict_json`), with a bound on how many values one text may hold."""

from __future__ import annotations

from actions.parsing.faults import UnreadableError
from core.errors import JsonError
from core.strict_json import loads

MOST_VALUES = 1_000_000


def read_json(text: str) -> object:
    """The value. Raises UnreadableError with line and column."""
    # Each value but the first follows one of these; counting them is cheap, the values are not.
    if sum(map(text.count, ",[{")) > MOST_VALUES:
        raise UnreadableError(f"it has more than {MOST_VALUES} values")
    try:
        return loads(text)
    except JsonError as error:
        raise UnreadableError(str(error)) from None
