"""Records: a tenant's own small tables, as every room from the store to the actions knows them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from core.clock import Milliseconds, to_rfc3339

NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
"""What a collection is called, and what a record's id is made of."""
NAME_IN_WORDS = (
    "letters, digits, '.', '_' and '-', beginning with a letter or digit, 100 characters at most"
)

MOST_COLLECTIONS = 200
"""Collections of one tenant."""
MOST_RECORDS = 100_000
"""Records of one collection."""
MOST_FIELDS = 200
"""Fields of one record."""
LONGEST_FIELD_NAME = 100
LARGEST_RECORD = 64 * 1024
"""Bytes of a record's values as JSON."""
MOST_FOUND = 1_000
"""Records that one step may find."""

LONGEST_SEARCHED = 200
"""Characters of a value that is looked up as it is; a longer one is looked up by its digest."""

Values = Mapping[str, Any]
"""A record's own fields, without its id."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A table: its records hold `schema`, a JSON Schema, whenever they are written.

    `revision` grows with every change of the schema and is the `ETag`; `records` counts them.
    """

    tenant: str
    name: str
    schema: Mapping[str, Any]
    revision: int
    records: int
    created_at: Milliseconds
    updated_at: Milliseconds


@dataclass(frozen=True, slots=True)
class Record:
    """A row. `version` is the `ETag`: it grows with every change and no id ever has one twice."""

    tenant: str
    collection: str
    id: str
    values: Values
    version: int
    created_at: Milliseconds
    updated_at: Milliseconds


class ChangeKind(StrEnum):
    """What became of a record."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    NOTHING = "nothing"
    """It is as it was: nothing was written and nobody is told."""


@dataclass(frozen=True, slots=True)
class RecordChange:
    """A record after a change and before it; None where there is none."""

    record: Record | None
    previous: Record | None

    @property
    def kind(self) -> ChangeKind:
        """What became of the record."""
        if self.record == self.previous:
            return ChangeKind.NOTHING
        if self.previous is None:
            return ChangeKind.CREATED
        return ChangeKind.DELETED if self.record is None else ChangeKind.UPDATED


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which records. `fields` holds names and texts (`searched_as`); `text` stands anywhere."""

    fields: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None


class RecordAccess(Protocol):
    """The tenant's records, as an action reaches them.

    A change is committed by the time the call returns. Repeated by the same step of the same run it
    gives what it gave before and changes nothing. Every call may raise NotFoundError (no such
    collection or record), InvalidError (faults of the values), StaleError (another version),
    ConflictError, BusyError (others change the record all the time) and StorageUnavailable.
    """

    def create(self, collection: str, record_id: str | None, values: Any) -> RecordChange:
        """A new record; without an id, under one that this step always has."""
        ...

    def update(
        self,
        collection: str,
        record_id: str,
        values: Any,
        *,
        merge: bool,
        create: bool,
        version: int | None,
    ) -> RecordChange:
        """Merges values into a record (RFC 7396), or puts them in place of its own."""
        ...

    def delete(self, collection: str, record_id: str, version: int | None) -> RecordChange:
        """Removes a record, if there is one."""
        ...

    def find(
        self, collection: str, fields: Mapping[str, Any], limit: int, *, falling: bool
    ) -> Sequence[Record]:
        """Records with these values in their fields, by id."""
        ...


def as_seen(record: Record) -> dict[str, Any]:
    """A record as callers and automations see it: its fields between its id and what is kept of it.

    Names that begin with `_` are Penstock's, so that no field can have one.
    """
    return {
        "id": record.id,
        **record.values,
        "_version": record.version,
        "_created_at": to_rfc3339(record.created_at),
        "_updated_at": to_rfc3339(record.updated_at),
    }


def searched_as(value: Any) -> str | None:
    """The text by which a field is found: 5, 5.0 and "5" are alike. None for lists and objects."""
    match value:
        case str():
            text = value.replace("\0", "\ufffd")
        case None | bool():
            text = json.dumps(value)
        case float() if value.is_integer():
            text = str(int(value))
        case int() | float():
            text = repr(value)
        case _:
            return None
    if len(text) <= LONGEST_SEARCHED:
        return text
    return f"sha256:{hashlib.sha256(text.encode(errors='surrogatepass')).hexdigest()}"


def same_json(one: Any, other: Any) -> bool:
    """Whether two JSON values are written alike, whatever the order of their keys.

    Python alone would take 1 for true.
    """
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
