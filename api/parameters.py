"""The parameters several operations share, and how lists are cut into pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from werkzeug.http import parse_etags

from api.operations import Call, Parameter
from core.clock import Milliseconds, from_rfc3339
from core.model import Page
from core.spec import JsonSchema
from core.writes import ListQuery
from engine.automations import RESERVED_IDS

Row = TypeVar("Row")

LONGEST_PAGE = 200
GREATEST_VERSION = 2**31 - 1

AUTOMATION_ID_SCHEMA: JsonSchema = {
    "type": "string",
    "pattern": r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
    "x-expected": "an automation's id: letters, digits, '.', '_' and '-', beginning with a letter "
    "or digit, 100 at most",
}
ID_SCHEMA: JsonSchema = {
    "type": "string",
    "pattern": r"^[A-Za-z0-9-]{1,64}$",
    "x-expected": "an id such as 0192e4a0-7b1c-7abc-8def-0123456789ab",
}
CURSOR_SCHEMA: JsonSchema = {
    "type": "string",
    "pattern": r"^[A-Za-z0-9._-]{1,100}$",
    "x-expected": "a cursor; take it from `next` of the page before",
}

AUTOMATION_ID = Parameter("automation_id", "path", "The automation's id.", AUTOMATION_ID_SCHEMA)
CHOSEN_AUTOMATION_ID = Parameter(
    "automation_id",
    "path",
    "The automation's id, which may be a new one.",
    {
        **AUTOMATION_ID_SCHEMA,
        "not": {"enum": sorted(RESERVED_IDS)},
        "x-expected": f"{AUTOMATION_ID_SCHEMA['x-expected']}; {' and '.join(sorted(RESERVED_IDS))} "
        "cannot be used",
    },
)
RUN_ID = Parameter("run_id", "path", "The run's id.", ID_SCHEMA)

IF_MATCH = Parameter(
    "If-Match",
    "header",
    "The `ETag` of what was read: the change is made only while that is what is there (412).",
    {"type": "string"},
    parse_etags,
)
IF_NONE_MATCH = Parameter(
    "If-None-Match",
    "header",
    "`*` makes the automation only where there is none of this id (412).",
    {"type": "string", "enum": ["*"]},
)

LIMIT = Parameter(
    "limit",
    "query",
    "How many items a page has at most.",
    {"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE, "default": 50},
)
CURSOR = Parameter(
    "cursor", "query", "Where the page begins: `next` of the page before.", CURSOR_SCHEMA
)
VERSION_CURSOR = Parameter(
    "cursor",
    "query",
    CURSOR.description,
    {"type": "integer", "minimum": 1, "maximum": GREATEST_VERSION},
)
PAGING = (CURSOR, LIMIT)


def moment_parameter(name: str, description: str) -> Parameter:
    """A query parameter that names a moment."""
    return Parameter(name, "query", description, {"type": "string", "format": "date-time"}, _moment)


def automation_filter() -> Parameter:
    """The query parameter that keeps what belongs to one automation."""
    return Parameter("automation", "query", "Only those of this automation.", AUTOMATION_ID_SCHEMA)


def list_query(call: Call) -> ListQuery:
    """Which page a call asks for."""
    cursor = call.query["cursor"]
    return ListQuery(None if cursor is None else str(cursor), call.query["limit"])


def page_of(rows: Sequence[Row], query: ListQuery, key: Callable[[Row], str]) -> Page[Row]:
    """A page of a list that is at hand as a whole, by rising key."""
    following = sorted(
        (row for row in rows if query.cursor is None or key(row) > query.cursor), key=key
    )
    shown = following[: query.limit]
    return Page(tuple(shown), key(shown[-1]) if len(following) > query.limit else None)


def _moment(text: Any) -> Milliseconds:
    try:
        return from_rfc3339(text)
    except (ValueError, OverflowError):
        expected = "a moment such as 2026-11-21T09:30:00Z (in a URL, write + as %2B)"
        raise ValueError(f"{text[:60]!r} is not {expected}") from None
