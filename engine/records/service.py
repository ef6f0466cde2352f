"""Records as people and programs handle them: each change is theirs in the audit log."""

from __future__ import annotations

from typing import Any

from core.errors import NotFoundError
from core.ids import new_id
from core.model import Page
from core.records import ChangeKind, Record, RecordChange, RecordFilter
from core.writes import ListQuery
from engine.audit import AuditService
from engine.records import edits
from engine.records.changes import Origin, RecordChanges
from engine.records.contents import own_fields
from engine.records.notes import note_change


class RecordService:
    """A tenant's records. What is sent may be a record as it was read, with its id and version."""

    def __init__(self, changes: RecordChanges, audit: AuditService) -> None:
        self._changes = changes
        self._records = changes.store.records
        self._audit = audit

    def get(self, tenant: str, collection: str, record_id: str) -> Record:
        """One record. Raises NotFoundError."""
        self._changes.collection(tenant, collection)
        found = self._records.get(tenant, collection, record_id)
        if found is None:
            raise _no_record(collection, record_id)
        return found

    def list(
        self, tenant: str, collection: str, which: RecordFilter, query: ListQuery
    ) -> Page[Record]:
        """A collection's records by id. Raises NotFoundError."""
        self._changes.collection(tenant, collection)
        return self._records.list(tenant, collection, which, query)

    def create(self, tenant: str, collection: str, sent: Any) -> Record:
        """A new record, under the id that was sent or one of ours.

        Raises NotFoundError, InvalidError, ConflictError when there is one of that id.
        """
        values, record_id = own_fields(sent)
        chosen = new_id() if record_id is None else record_id
        made = self._make(tenant, collection, chosen, edits.create(values))
        return _still_there(made)

    def put(
        self,
        tenant: str,
        collection: str,
        record_id: str,
        sent: Any,
        version: int | None = None,
        *,
        only_new: bool = False,
    ) -> tuple[Record, bool]:
        """Makes a record or puts other values into it; whether it was made.

        Raises NotFoundError, InvalidError, StaleError when it is not at `version`, or is there
        although it should be new.
        """
        values, _ = own_fields(sent, record_id)
        edit = edits.put(values, version, only_new=only_new)
        change = self._make(tenant, collection, record_id, edit)
        return _still_there(change), change.kind is ChangeKind.CREATED

    def patch(
        self,
        tenant: str,
        collection: str,
        record_id: str,
        patch: Any,
        version: int | None = None,
    ) -> Record:
        """Merges values into a record (RFC 7396).

        Raises NotFoundError, InvalidError, StaleError.
        """
        values, _ = own_fields(patch, record_id)
        edit = edits.change(record_id, values, version, merge=True, make=False)
        return _still_there(self._make(tenant, collection, record_id, edit))

    def delete(
        self, tenant: str, collection: str, record_id: str, version: int | None = None
    ) -> None:
        """Removes a record. Raises NotFoundError, StaleError."""
        change = self._make(tenant, collection, record_id, edits.delete(version))
        if change.previous is None:
            raise _no_record(collection, record_id)

    def _make(self, tenant: str, collection: str, record_id: str, edit: edits.Edit) -> RecordChange:
        origin = Origin(lambda change: note_change(self._audit, change))
        return self._changes.make(tenant, collection, record_id, edit, origin)


def _no_record(collection: str, record_id: str) -> NotFoundError:
    return NotFoundError(f"there is no record {record_id[:100]} in {collection}")


def _still_there(change: RecordChange) -> Record:
    if change.record is None:
        raise ValueError("the edit removed the record")
    return change.record
