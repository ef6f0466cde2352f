"""The ports to collections, records, and the receipts of what steps did to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.clock import Milliseconds
from core.model import Page
from core.records import Collection, Record, RecordFilter
from core.writes import ListQuery, Write


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a step's change came to, as JSON, under the step's idempotency key."""

    tenant: str
    key: str
    result: Mapping[str, Any]
    made_at: Milliseconds


class Collections(Protocol):
    """A tenant's tables."""

    def get(self, tenant: str, name: str) -> Collection | None:
        """One collection, or None."""
        ...

    def list(self, tenant: str, query: ListQuery) -> Page[Collection]:
        """A tenant's collections by name."""
        ...

    def count(self, tenant: str) -> int:
        """How many a tenant has."""
        ...

    def insert(self, collection: Collection) -> Write:
        """Guarded: refused when the name is taken."""
        ...

    def replace(self, collection: Collection, revision: int) -> Write:
        """Sets the schema; guarded: refused unless the stored revision is `revision`."""
        ...

    def delete(self, collection: Collection) -> Write:
        """Guarded: refused when it was changed meanwhile, or holds a record."""
        ...


class Records(Protocol):
    """The rows of collections."""

    def get(self, tenant: str, collection: str, record_id: str) -> Record | None:
        """One record, or None."""
        ...

    def list(
        self,
        tenant: str,
        collection: str,
        which: RecordFilter,
        query: ListQuery,
        *,
        falling: bool = False,
    ) -> Page[Record]:
        """Records by id. Fields are found by an index; a search for a text may be `cut`."""
        ...

    def insert(self, record: Record, most: int) -> Sequence[Write]:
        """Guarded: refused when the id is taken, or the collection is gone or holds `most`."""
        ...

    def replace(self, record: Record, previous: Record) -> Sequence[Write]:
        """Guarded: refused unless `previous` is what is there."""
        ...

    def delete(self, previous: Record) -> Sequence[Write]:
        """Guarded: refused unless `previous` is what is there."""
        ...


class Receipts(Protocol):
    """What steps did, until their results are in their runs' journals."""

    def get(self, tenant: str, key: str) -> Receipt | None:
        """The receipt of a key, or None."""
        ...

    def insert(self, receipt: Receipt) -> Write:
        """Guarded: refused when the key has one."""
        ...

    def delete(self, tenant: str, key: str) -> Write:
        """Removes a receipt, if there is one."""
        ...
