"""Collections are kept for their tenant alone, and go only when they are empty."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import GuardMissed
from core.writes import ListQuery
from store import SqlStore
from tests.support.builders import NOW, make_collection, make_record


def test_a_collection_is_kept_as_it_was_given_for_its_tenant(store: SqlStore) -> None:
    collection = make_collection(schema={"properties": {"größe": {"type": "number"}}})
    store.commit([store.collections.insert(collection)])

    assert store.collections.get("acme", "customers") == collection
    assert store.collections.get("globex", "customers") is None
    with pytest.raises(GuardMissed):
        store.commit([store.collections.insert(collection)])


def test_a_schema_is_replaced_only_at_its_revision(store: SqlStore) -> None:
    collection = make_collection()
    store.commit([store.collections.insert(collection)])
    changed = replace(collection, schema={"required": ["name"]}, revision=NOW + 1, updated_at=NOW)

    store.commit([store.collections.replace(changed, collection.revision)])
    with pytest.raises(GuardMissed):
        store.commit([store.collections.replace(changed, collection.revision)])

    assert store.collections.get("acme", "customers") == changed


def test_collections_come_by_name_in_pages(store: SqlStore) -> None:
    for name in ("b", "c", "a"):
        store.commit([store.collections.insert(make_collection(name=name))])
    store.commit([store.collections.insert(make_collection(name="d", tenant="globex"))])

    first = store.collections.list("acme", ListQuery(limit=2))
    rest = store.collections.list("acme", ListQuery(first.next, 2))

    assert [one.name for one in (*first.items, *rest.items)] == ["a", "b", "c"]
    assert (rest.next, store.collections.count("acme")) == (None, 3)


def test_only_an_empty_collection_is_deleted(store: SqlStore) -> None:
    collection, record = make_collection(), make_record()
    store.commit([store.collections.insert(collection)])
    store.commit(store.records.insert(record, 10))
    assert store.collections.get("acme", "customers") == replace(collection, records=1)
    with pytest.raises(GuardMissed):
        store.commit([store.collections.delete(collection)])

    store.commit(store.records.delete(record))
    with pytest.raises(GuardMissed):
        store.commit([store.collections.delete(replace(collection, revision=1))])
    store.commit([store.collections.delete(collection)])

    assert store.collections.get("acme", "customers") is None
