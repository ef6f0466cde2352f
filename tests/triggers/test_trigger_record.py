"""The trigger that changes of records start: which ones it takes, and what the steps see."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from core.platform_events import PlatformEvent
from expressions import RESERVED_ROOTS
from triggers import record

ADA = {"name": "Ada", "partnerId": "p-1"}


def event(kind: str = "updated", new: Any = ADA, old: Any = None, **changes: Any) -> PlatformEvent:
    data = {
        "collection": "customers",
        "id": "C-1",
        "version": None if new is None else 7,
        "record": new,
        "previous": old,
        **changes,
    }
    return PlatformEvent("e-1", "acme", f"record.{kind}", 1, 1, data)


def compiled(**configuration: Any) -> record.CompiledRecord:
    return record.compile_trigger({"collection": "customers", **configuration})


def test_without_further_words_every_change_of_the_collection_is_taken():
    trigger = compiled()
    assert all(trigger.takes(event(kind)) for kind in ("created", "updated", "deleted"))
    assert not trigger.takes(event(collection="orders"))
    assert not trigger.takes_type("record.archived")
    assert not trigger.takes_type("run.failed")


def test_only_the_changes_that_are_named_are_taken():
    trigger = compiled(on=["created", "deleted"])
    assert trigger.takes_type("record.created")
    assert trigger.takes(event("deleted"))
    assert not trigger.takes_type("record.updated")
    assert not trigger.takes(event("updated"))


@pytest.mark.parametrize(
    ("new", "old", "taken"),
    [
        ({"a": 1, "b": 1}, {"a": 1, "b": 2}, True),
        ({"a": 1, "b": 1}, {"a": 2, "b": 1}, False),
        ({"b": True}, {"b": 1}, True),
        ({"b": {"x": 1, "y": 2}}, {"b": {"y": 2, "x": 1}}, False),
        ({"b": None}, {}, True),
        ({}, {"b": None}, True),
        ({"c": 1}, {"c": 1}, False),
        ({"b": 1}, None, True),
        ({"a": 1}, None, False),
        (None, {"b": 1}, True),
    ],
)
def test_one_of_the_fields_that_matter_must_differ(new, old, taken):
    assert compiled(changed=["b", "z"]).takes(event(new=new, old=old)) is taken


def test_the_steps_see_the_record_under_its_name_and_what_it_was():
    old = {"name": "Ada", "partnerId": "p-0"}
    assert compiled(**{"as": "customer"}).body(event(old=old)) == {
        "customer": {"id": "C-1", "name": "Ada", "partnerId": "p-1", "_version": 7},
        "previous": old,
        "change": "updated",
        "collection": "customers",
    }


def test_a_deleted_record_is_seen_as_it_was():
    body = compiled().body(event("deleted", new=None, old=ADA))
    assert body["record"] == {"id": "C-1", **ADA, "_version": None}
    assert (body["previous"], body["change"]) == (ADA, "deleted")


def test_no_name_hides_what_templates_know_already():
    assert record.TAKEN >= RESERVED_ROOTS
    body = compiled().body(event())
    assert body.keys() - {record.RECORD} <= record.TAKEN
    for name in record.TAKEN:
        [(path, words)] = record.SPEC.check({"collection": "customers", "as": name})
        assert path == "as"
        assert f"{name} means something else" in words
    assert record.SPEC.check({"collection": "customers", "as": "customer"}) == []


@pytest.mark.parametrize(
    ("configuration", "path"),
    [
        ({}, "$"),
        ({"collection": "a b"}, "$.collection"),
        ({"collection": "a\n"}, "$.collection"),
        ({"collection": "a", "on": []}, "$.on"),
        ({"collection": "a", "on": ["archived"]}, "$.on[0]"),
        ({"collection": "a", "on": ["created", "created"]}, "$.on"),
        ({"collection": "a", "as": "Customer"}, "$.as"),
        ({"collection": "a", "as": "a-b"}, "$.as"),
        ({"collection": "a", "changed": [""]}, "$.changed[0]"),
        ({"collection": "a", "more": 1}, "$"),
    ],
)
def test_the_schema_points_at_the_field_at_fault(configuration, path):
    errors = Draft202012Validator(record.SPEC.schema).iter_errors(configuration)
    assert [error.json_path for error in errors] == [path]


@pytest.mark.parametrize(
    ("configuration", "line"),
    [
        ({"collection": "customers", "on": ["created"]}, "customers: created"),
        ({"collection": "customers"}, "customers: created, updated, deleted"),
        ({}, "(no collection yet): created, updated, deleted"),
        ({"collection": 7, "on": "x"}, "(no collection yet)"),
    ],
)
def test_a_draft_is_summed_up_in_a_line(configuration, line):
    assert record.summary(configuration) == line
