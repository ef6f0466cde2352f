"""Every change of a record: read, edited, checked, and committed with the word of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from core.clock import Clock
from core.errors import BusyError, ConflictError, GuardMissed, NotFoundError
from core.records import (
    MOST_RECORDS,
    ChangeKind,
    Collection,
    Record,
    RecordChange,
    Values,
    same_json,
)
from core.store import Store
from core.writes import Write
from engine.events.announcer import Announcer
from engine.events.record_events import record_data
from engine.records.contents import check_name, check_values
from engine.records.edits import Edit
from engine.records.schemas import RecordSchemas
from engine.records.turns import Turns
from engine.vault import Vault

TRIES = 10
"""How often a change is made anew because somebody else was faster."""


Beside = Callable[[RecordChange], Sequence[Write]]
"""What is committed with a change."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change comes from. `depth` counts the runs that led to it, one after another."""

    beside: Beside
    depth: int = 0


class RecordChanges:
    """Makes changes: each is guarded by the version that was read, and announced in one commit."""

    def __init__(
        self,
        store: Store,
        schemas: RecordSchemas,
        announcer: Announcer,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self.store = store
        self.clock = clock
        self._schemas = schemas
        self._announcer = announcer
        self._vault = vault
        self._turns = Turns()

    def collection(self, tenant: str, name: str) -> Collection:
        """One collection. Raises NotFoundError that says how to make it."""
        found = self.store.collections.get(tenant, name)
        if found is None:
            words = f"there is no collection {name[:100]}"
            raise NotFoundError(f"{words}; make it under Records, or with the API")
        return found

    def make(
        self, tenant: str, collection: str, record_id: str, edit: Edit, origin: Origin
    ) -> RecordChange:
        """Edits a record, again as long as somebody else is faster.

        Raises what the edit raises, NotFoundError without the collection, InvalidError with every
        fault of the values, ConflictError when the collection is full, BusyError when others are
        faster all the time.
        """
        check_name(record_id, "$.id", "id of a record")
        change = self._try(tenant, collection, record_id, edit, origin)
        if change is None:
            change = self._try_in_turn(tenant, collection, record_id, edit, origin)
        if change is None:
            raise BusyError(f"the record {record_id} is being changed by many at once; try again")
        return change

    def _try_in_turn(
        self, tenant: str, collection: str, record_id: str, edit: Edit, origin: Origin
    ) -> RecordChange | None:
        """Others of this process wait meanwhile: only newcomers and strangers can be faster."""
        with self._turns.of(tenant, collection, record_id):
            for _ in range(TRIES - 1):
                change = self._try(tenant, collection, record_id, edit, origin)
                if change is not None:
                    return change
        return None

    def _try(
        self, tenant: str, collection: str, record_id: str, edit: Edit, origin: Origin
    ) -> RecordChange | None:
        """The change as it was made, None when somebody else was faster."""
        held = self.collection(tenant, collection)
        current = self.store.records.get(tenant, collection, record_id)
        change = self._changed(held, record_id, current, edit(current))
        if change.kind is ChangeKind.NOTHING:
            return change
        announced = self._announce(tenant, change, origin)
        try:
            self.store.commit([*self._writes(change), *announced, *origin.beside(change)])
        except GuardMissed:
            return None
        return change

    def _changed(
        self, held: Collection, record_id: str, current: Record | None, values: Values | None
    ) -> RecordChange:
        if values is None:
            return RecordChange(None, current)
        if current is not None and same_json(values, current.values):
            return RecordChange(current, current)
        if current is None and held.records >= MOST_RECORDS:
            raise ConflictError(f"{held.name} holds {MOST_RECORDS:,} records, the most it may")
        check_values(self._schemas, held, record_id, values)
        return RecordChange(self._record(held, record_id, current, values), current)

    def _record(
        self, held: Collection, record_id: str, current: Record | None, values: Values
    ) -> Record:
        now = self.clock.now()
        if current is not None:
            # Always later than before, whatever the clock says: a version never comes twice.
            version = max(now, current.version + 1)
            return replace(current, values=values, version=version, updated_at=now)
        return Record(held.tenant, held.name, record_id, values, now, now, now)

    def _announce(self, tenant: str, change: RecordChange, origin: Origin) -> Sequence[Write]:
        event_type = f"record.{change.kind.value}"
        if not self._announcer.wanted(tenant, event_type):
            return ()
        data = self._vault.of(tenant).masker.mask_json(record_data(change))
        return self._announcer.announce(tenant, event_type, data, depth=origin.depth)

    def _writes(self, change: RecordChange) -> Sequence[Write]:
        records, new, old = self.store.records, change.record, change.previous
        match new, old:
            case Record(), None:
                return records.insert(new, MOST_RECORDS)
            case Record(), Record():
                return records.replace(new, old)
            case None, Record():
                return records.delete(old)
        return ()
