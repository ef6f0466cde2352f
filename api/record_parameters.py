"""The parameters of collections and records, and what `If-Match` asks of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from api.operations import Call, Parameter
from api.parameters import LIMIT
from core.errors import NotFoundError, StaleError
from core.records import NAME_IN_WORDS, NAME_PATTERN
from core.spec import JsonSchema

_NAME: JsonSchema = {"type": "string", "pattern": f"^{NAME_PATTERN}$"}

COLLECTION = Parameter(
    "collection",
    "path",
    "The collection's name.",
    {**_NAME, "x-expected": f"the name of a collection: {NAME_IN_WORDS}"},
)
RECORD_ID = Parameter(
    "record_id",
    "path",
    "The record's id.",
    {**_NAME, "x-expected": f"the id of a record: {NAME_IN_WORDS}"},
)
ONLY_NEW = Parameter(
    "If-None-Match",
    "header",
    "`*` makes it only where there is none (412).",
    {"type": "string", "enum": ["*"]},
)
_CURSOR = Parameter(
    "cursor",
    "query",
    "Where the page begins: `next` of the page before.",
    {**_NAME, "x-expected": "a cursor; take it from `next` of the page before"},
)
PAGING = (_CURSOR, LIMIT)


def expected(call: Call, current: Callable[[], int]) -> int | None:
    """The version a change must find there, None when any will do.

    `current` reads the one of now. Raises StaleError when `If-Match` does not hold now, and what
    `current` raises where there is nothing.
    """
    tags: Any = call.headers["If-Match"]
    if tags is None:
        return None
    version = current()
    if not tags.star_tag and not tags.is_strong(str(version)):
        words = f'it was changed since it was read: its ETag is "{version}" now'
        raise StaleError(f"{words}; read it again")
    return None if tags.star_tag else version


def expected_of_put(call: Call, current: Callable[[], int]) -> int | None:
    """The same where something new may be made: what should be there and is not is stale."""
    try:
        return expected(call, current)
    except NotFoundError as error:
        raise StaleError(str(error)) from None
