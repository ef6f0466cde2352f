"""What the steps that work with records share: their fields, and what an error makes of a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from actions.encoding import ContentError, as_text
from actions.summaries import one_line, text
from core.errors import (
    BusyError,
    ConflictError,
    InvalidError,
    NotFoundError,
    StaleError,
    StorageUnavailable,
    UnstorableError,
)
from core.outcomes import Fail, Outcome, Retry
from core.records import NAME_IN_WORDS, NAME_PATTERN

SHOWN_FAULTS = 5
ICON = "table"

COLLECTION: Mapping[str, Any] = {
    "title": "Collection",
    "description": "The collection's name, as it stands under Records.",
    "type": "string",
    "pattern": rf"^{NAME_PATTERN}(?![\s\S])",
    "x-expected": f"the name of a collection: {NAME_IN_WORDS}",
    "examples": ["customers"],
}
RECORD_ID: Mapping[str, Any] = {
    "title": "Record",
    "description": "The record's id.",
    "type": "string",
    "minLength": 1,
    "maxLength": 1000,
    "examples": ["<customer.id>"],
    "x-template": "text",
}
VALUES: Mapping[str, Any] = {
    "title": "Values",
    "description": "The record's fields by name, or a reference to an object of them.",
    "examples": [{"name": "<customer.name>", "state": "new"}],
    "x-template": "body",
    "x-widget": "rows",
}
IF_VERSION: Mapping[str, Any] = {
    "title": "Only at version",
    "description": "The _version that was read: when the record has changed since, the step fails "
    "and changes nothing.",
    "anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "minLength": 1}],
    "x-expected": "a version or a template that gives one",
    "examples": ["<steps.find.first._version>"],
    "x-template": "text",
    "x-widget": "status",
}
RECORD_OUTPUT: Mapping[str, Any] = {
    "type": "object",
    "description": "The record: its fields, id, _version, _created_at and _updated_at.",
    "examples": [{"id": "C-1042", "name": "Ada", "_version": 1795253400120}],
}


def attempt(work: Callable[[], Outcome]) -> Outcome:
    """What the work comes to; an error of it in words, as a failure or as one that may pass."""
    try:
        return work()
    except ContentError as error:
        return Fail(str(error))
    except InvalidError as error:
        return Fail(_with_faults(error))
    except (NotFoundError, ConflictError, StaleError, UnstorableError) as error:
        return Fail(str(error))
    except (BusyError, StorageUnavailable) as error:
        return Retry(str(error))


def id_of(params: Mapping[str, Any]) -> str:
    """The id a step names. Raises ContentError."""
    return as_text(params["id"])


def version_of(params: Mapping[str, Any]) -> int | None:
    """The version a step insists on, None where it does not. Raises ContentError."""
    given = params.get("if_version")
    if given is None or (isinstance(given, int) and not isinstance(given, bool)):
        return given
    if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) < 19:
        return int(given)
    raise ContentError(f"if_version: {given!r} is no version; refer to the _version of a record")


def summary_of(configuration: Mapping[str, Any], rest: str) -> str:
    """Such as `customers: {name, state}`."""
    name = configuration.get("collection")
    shown = text(name) if isinstance(name, str) and name else "(no collection yet)"
    return one_line(f"{shown}: {rest}" if rest else shown)


def _with_faults(error: InvalidError) -> str:
    shown = [
        f"{fault.path.replace('$', 'values', 1)} {fault.message}"
        for fault in error.faults[:SHOWN_FAULTS]
    ]
    more = len(error.faults) - SHOWN_FAULTS
    if more > 0:
        shown.append(f"and {more} more")
    return f"{error}: {'; '.join(shown)}" if shown else str(error)
