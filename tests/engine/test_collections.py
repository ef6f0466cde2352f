"""Collections: what a schema may be, who was faster, and what keeps one from being removed."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import ConflictError, InvalidError, NotFoundError, StaleError
from engine.records import collections
from tests.support.workbench import TENANT, Workbench

SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}


def faults(bench: Workbench, name: str, schema: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidError) as refused:
        bench.service.collections.put(TENANT, name, schema)
    return [(fault.path, fault.message) for fault in refused.value.faults]


def test_a_collection_is_made_changed_and_removed(bench: Workbench) -> None:
    service = bench.service.collections
    made, new = service.put(TENANT, "customers", SCHEMA)
    changed, again = service.put(TENANT, "customers", {})

    assert (new, again) == (True, False)
    assert service.get(TENANT, "customers") == changed
    assert changed.revision > made.revision
    assert service.put(TENANT, "customers", {})[0] == changed

    service.delete(TENANT, "customers")
    with pytest.raises(NotFoundError):
        service.get(TENANT, "customers")
    with pytest.raises(NotFoundError):
        service.delete(TENANT, "customers")


def test_a_change_is_made_only_at_the_revision_that_was_read(bench: Workbench) -> None:
    service = bench.service.collections
    made, _ = service.put(TENANT, "customers", SCHEMA, only_new=True)

    with pytest.raises(StaleError, match="exists already"):
        service.put(TENANT, "customers", {}, only_new=True)
    for stale in (
        lambda: service.put(TENANT, "customers", {}, made.revision + 1),
        lambda: service.delete(TENANT, "customers", made.revision + 1),
        lambda: service.put(TENANT, "orders", {}, made.revision),
    ):
        with pytest.raises(StaleError):
            stale()

    assert service.get(TENANT, "customers") == made
    service.put(TENANT, "customers", {}, made.revision)


@pytest.mark.parametrize(
    ("schema", "path", "words"),
    [
        ([], "$", "must be a JSON Schema"),
        (True, "$", "must be a JSON Schema"),
        ({"type": "array"}, "$.type", "a record is an object"),
        ({"type": 7}, "$.type", "a record is an object"),
        ({"schema": {}}, "$.schema", "send the schema itself"),
        ({"required": "name"}, "$.required", "must be a list"),
        ({"properties": {"a": {"type": "strin"}}}, "$.properties.a.type", "strin"),
        ({"properties": {"_x": {}}}, "$.properties", "does not begin with _"),
        ({"properties": {"a": {"$ref": "https://x.example"}}}, "$.properties.a.$ref", "outside"),
        ({"properties": {"a": {"pattern": "(?=x)"}}}, "$.properties.a.pattern", "looks ahead"),
        ({"description": "x" * 70_000}, "$", "larger than 64 KiB"),
    ],
)
def test_a_schema_that_cannot_be_used_is_told_why(
    bench: Workbench, schema: Any, path: str, words: str
) -> None:
    [(found, message), *_] = faults(bench, "customers", schema)
    assert found.replace("['$ref']", ".$ref") == path
    assert words in message


@pytest.mark.parametrize("name", ["", "a b", "-a", "a/b", "é", "a" * 101, "a\n"])
def test_a_name_is_one_that_stands_in_a_url(bench: Workbench, name: str) -> None:
    [(path, words)] = faults(bench, name, {})
    assert path == "$.name"
    assert "is no name of a collection; use letters" in words


def test_a_collection_with_records_stays(bench: Workbench) -> None:
    service = bench.service
    service.collections.put(TENANT, "customers", {})
    record = service.records.create(TENANT, "customers", {"name": "Ada"})

    with pytest.raises(ConflictError, match="holds 1 records; delete them first"):
        service.collections.delete(TENANT, "customers")

    service.records.delete(TENANT, "customers", record.id)
    service.collections.delete(TENANT, "customers")


def test_there_are_only_so_many(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collections, "MOST_COLLECTIONS", 1)
    bench.service.collections.put(TENANT, "customers", {})
    with pytest.raises(ConflictError, match="the most there may be"):
        bench.service.collections.put(TENANT, "orders", {})
    bench.service.collections.put(TENANT, "customers", SCHEMA)
