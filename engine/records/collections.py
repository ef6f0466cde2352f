"""Collections as people and programs handle them: made, given another schema, removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.clock import Clock
from core.errors import ConflictError, GuardMissed, InvalidError, NotFoundError, StaleError
from core.model import Page
from core.records import MOST_COLLECTIONS, Collection, same_json
from core.store import Store
from core.writes import ListQuery, Write
from engine.audit import AuditService
from engine.records.contents import check_name
from engine.records.schemas import RecordSchemas

TRIES = 5


class CollectionService:
    """A tenant's collections."""

    def __init__(
        self, store: Store, schemas: RecordSchemas, audit: AuditService, clock: Clock
    ) -> None:
        self._store = store
        self._schemas = schemas
        self._audit = audit
        self._clock = clock

    def get(self, tenant: str, name: str) -> Collection:
        """One collection. Raises NotFoundError."""
        found = self._store.collections.get(tenant, name)
        if found is None:
            raise NotFoundError(f"there is no collection {name[:100]}")
        return found

    def list(self, tenant: str, query: ListQuery) -> Page[Collection]:
        """A tenant's collections by name."""
        return self._store.collections.list(tenant, query)

    def put(
        self,
        tenant: str,
        name: str,
        schema: Any,
        revision: int | None = None,
        *,
        only_new: bool = False,
    ) -> tuple[Collection, bool]:
        """Makes a collection or gives one another schema; whether it was made.

        Records that are there stay as they are, and are checked when they are written again.
        Raises InvalidError with every fault, StaleError when the collection is not at `revision`,
        or exists although it should be new, ConflictError when the tenant has too many.
        """
        self._check(name, schema)
        for _ in range(TRIES):
            current = self._store.collections.get(tenant, name)
            _check_put(current, revision, only_new)
            try:
                if current is None:
                    return self._insert(tenant, name, schema), True
                return self._replace(current, schema), False
            except GuardMissed:
                continue
        raise StaleError("the collection is being changed by others; try again")

    def delete(self, tenant: str, name: str, revision: int | None = None) -> None:
        """Removes an empty collection. Raises NotFoundError, StaleError, ConflictError."""
        for _ in range(TRIES):
            current = self.get(tenant, name)
            _check_revision(current, revision)
            if current.records:
                words = f"{name} holds {current.records:,} records; delete them first"
                raise ConflictError(words)
            try:
                deleted = self._store.collections.delete(current)
                self._store.commit([deleted, self._note("deleted", current)])
            except GuardMissed:
                continue
            return
        raise StaleError("the collection is being changed by others; try again")

    def _check(self, name: str, schema: Any) -> None:
        check_name(name, "$.name", "name of a collection")
        faults = self._schemas.schema_faults(schema)
        if faults:
            raise InvalidError("the schema cannot be used", faults)

    def _insert(self, tenant: str, name: str, schema: Mapping[str, Any]) -> Collection:
        if self._store.collections.count(tenant) >= MOST_COLLECTIONS:
            raise ConflictError(f"there are {MOST_COLLECTIONS} collections, the most there may be")
        now = self._clock.now()
        made = Collection(tenant, name, schema, now, 0, now, now)
        self._store.commit([self._store.collections.insert(made), self._note("created", made)])
        return made

    def _replace(self, current: Collection, schema: Mapping[str, Any]) -> Collection:
        if same_json(schema, current.schema):
            return current
        now = self._clock.now()
        revision = max(now, current.revision + 1)
        changed = replace(current, schema=schema, revision=revision, updated_at=now)
        write = self._store.collections.replace(changed, current.revision)
        self._store.commit([write, self._note("changed", changed)])
        return changed

    def _note(self, what: str, collection: Collection) -> Write:
        name = collection.name
        return self._audit.note(collection.tenant, f"collection.{what}", "collection", name, name)


def _check_put(current: Collection | None, revision: int | None, only_new: bool) -> None:
    if current is None:
        if revision is not None:
            raise StaleError("the collection is no longer there")
        return
    if only_new:
        raise StaleError(f"the collection {current.name} exists already")
    _check_revision(current, revision)


def _check_revision(current: Collection, revision: int | None) -> None:
    if revision is not None and current.revision != revision:
        raise StaleError("the collection was changed since it was read; read it again")
