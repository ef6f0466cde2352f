"""Records as the steps of runs reach them: what a step did once, its repetition does not again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import InvalidError, PenstockError
from core.masking import Masker
from core.record_store import Receipt
from core.records import ChangeKind, Record, RecordChange, RecordFilter, searched_as
from core.size import TooLarge, check_size
from core.writes import ListQuery, Write
from engine.records import edits
from engine.records.changes import Beside, Origin, RecordChanges
from engine.records.contents import as_json, check_name, own_fields
from engine.records.derived_ids import derived_id

LARGEST_FIND = 8 << 20
"""Bytes of JSON (about) that one step may find."""
PAGE = 100


def _nothing(_change: RecordChange) -> Sequence[Write]:
    return ()


@dataclass(frozen=True, slots=True)
class RecordTools:
    """What steps reach records with. `note` is committed with each of their changes."""

    changes: RecordChanges
    note: Beside = _nothing


@dataclass(frozen=True, slots=True)
class RunRecords:
    """The records of a tenant for one attempt of one step (`core.records.RecordAccess`).

    `depth` counts the runs that led to what the step does; `key` is its idempotency key. What goes
    into `beside` is committed with the step's result: by then nothing can repeat it any more.
    """

    tools: RecordTools
    tenant: str
    depth: int
    key: str
    masker: Masker
    beside: list[Write]

    @property
    def _changes(self) -> RecordChanges:
        return self.tools.changes

    def create(self, collection: str, record_id: str | None, values: Any) -> RecordChange:
        """A new record; without an id, under one that this step always has."""
        own, named = own_fields(self._kept(values), record_id)
        if named is not None:
            return self._once(collection, named, edits.create(own))
        return self._once(collection, derived_id(self.key), edits.create_once(own))

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
        own, _ = own_fields(self._kept(values), record_id)
        edit = edits.change(record_id, own, version, merge=merge, make=create)
        return self._once(collection, record_id, edit)

    def delete(self, collection: str, record_id: str, version: int | None) -> RecordChange:
        """Removes a record, if there is one."""
        return self._once(collection, record_id, edits.delete(version))

    def find(
        self, collection: str, fields: Mapping[str, Any], limit: int, *, falling: bool
    ) -> Sequence[Record]:
        """Records with these values in their fields, by id."""
        self._changes.collection(self.tenant, collection)
        records = self._changes.store.records
        which = RecordFilter(dict(_sought(as_json(fields))))
        found: list[Record] = []
        left, query = LARGEST_FIND, ListQuery(limit=min(PAGE, limit))
        while True:
            page = records.list(self.tenant, collection, which, query, falling=falling)
            found += page.items
            left -= _size(page.items, left)
            if page.next is None or len(found) >= limit:
                return found
            query = ListQuery(page.next, min(PAGE, limit - len(found)))

    def _kept(self, values: Any) -> Any:
        return as_json(self.masker.mask_json(values))

    def _once(self, collection: str, record_id: str, edit: edits.Edit) -> RecordChange:
        """What the step did already, or the change together with a receipt of it."""
        check_name(record_id, "$.id", "id of a record")
        done = self._receipt(collection)
        if done is None:
            done = self._make(collection, record_id, edit)
        if done.kind is not ChangeKind.NOTHING:
            self.beside.append(self._changes.store.receipts.delete(self.tenant, self.key))
        return done

    def _make(self, collection: str, record_id: str, edit: edits.Edit) -> RecordChange:
        origin = Origin(self._written_down, self.depth)
        try:
            return self._changes.make(self.tenant, collection, record_id, edit, origin)
        except PenstockError:
            # An executor that lost this run may have been at the same step in this very moment.
            done = self._receipt(collection)
            if done is None:
                raise
            return done

    def _written_down(self, change: RecordChange) -> Sequence[Write]:
        result = {"record": _row(change.record), "previous": _row(change.previous)}
        receipt = Receipt(self.tenant, self.key, result, self._changes.clock.now())
        return [self._changes.store.receipts.insert(receipt), *self.tools.note(change)]

    def _receipt(self, collection: str) -> RecordChange | None:
        receipt = self._changes.store.receipts.get(self.tenant, self.key)
        if receipt is None:
            return None
        rows = (receipt.result["record"], receipt.result["previous"])
        record, previous = (
            None if row is None else Record(self.tenant, collection, **row) for row in rows
        )
        return RecordChange(record, previous)


def _sought(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        text = searched_as(value)
        if text is None:
            kind = "a list" if isinstance(value, list) else "an object"
            raise InvalidError(f"{name}: records are found by texts and numbers, not by {kind}")
        yield name, text


def _size(records: Sequence[Record], left: int) -> int:
    try:
        return check_size([record.values for record in records], left)
    except TooLarge:
        words = f"what was found is larger than {LARGEST_FIND >> 20} MiB; look for less"
        raise InvalidError(f"{words}, or lower the limit") from None


def _row(record: Record | None) -> Mapping[str, Any] | None:
    if record is None:
        return None
    return {
        "id": record.id,
        "values": record.values,
        "version": record.version,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
    }
