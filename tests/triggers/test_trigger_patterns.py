"""Patterns of tenants' schemas: RE2's, sought anywhere in a text, in time linear in it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from core.errors import Fault, InvalidError
from triggers import manual, schema_patterns
from triggers.patterns import LARGEST_PROGRAM
from triggers.schemas import ValueCheck, schema_faults

ENDLESS = "^(a+)+$"
"""Python's `re` tries 2 to the power of the length of a text of `a` that ends in another letter."""
TEXT = "a" * 5_000 + "b"

KEYS = st.dictionaries(st.sampled_from(["a", "b", "ab", "x1", "1"]), st.integers(0, 2))


@pytest.mark.parametrize(
    ("schema", "value", "paths"),
    [
        ({"pattern": ENDLESS}, TEXT, ["$"]),
        ({"patternProperties": {ENDLESS: {"type": "string"}}}, {TEXT: 1}, []),
        (
            {"patternProperties": {ENDLESS: True}, "additionalProperties": False},
            {TEXT: 1, "aaa": 1},
            [f"$.{TEXT}"],
        ),
        (
            {"patternProperties": {ENDLESS: True}, "additionalProperties": {"type": "string"}},
            {TEXT: 1},
            [f"$.{TEXT}"],
        ),
        ({"propertyNames": {"pattern": ENDLESS}}, {TEXT: 1}, ["$"]),
    ],
)
def test_no_pattern_can_be_made_to_run_for_long(
    schema: dict[str, Any], value: Any, paths: list[str]
) -> None:
    assert schema_faults(schema, "body_schema") == []
    assert [fault.path for fault in ValueCheck(schema).faults(value)] == paths


def test_the_fields_of_a_form_are_matched_in_the_same_way() -> None:
    fields = {"properties": {"code": {"type": "string", "pattern": ENDLESS}}}
    trigger = manual.compile_trigger({"fields": fields})

    assert [path for path, _ in trigger.check({"code": TEXT})] == ["$.code"]
    assert trigger.check({"code": "aaa"}) == ()


@given(
    KEYS,
    st.fixed_dictionaries(
        {},
        optional={
            "properties": st.just({"a": {"minimum": 1}}),
            "patternProperties": st.sampled_from(
                [{}, {"^a": {"maximum": 1}}, {"b": True, "1$": {}}]
            ),
            "additionalProperties": st.sampled_from([True, False, {"const": 2}]),
        },
    ),
)
def test_names_are_judged_as_the_library_judges_them(
    value: dict[str, int], schema: dict[str, Any]
) -> None:
    assert (ValueCheck(schema).faults(value) == []) is Draft202012Validator(schema).is_valid(value)


def test_an_unknown_field_is_named_with_those_there_are() -> None:
    schema = {
        "properties": {"id": {}},
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
    }

    faults = ValueCheck(schema).faults({"id": 1, "x-a": 1, "total": 1})

    assert faults == [Fault("$.total", "is not a known field; known are: id")]


@pytest.mark.parametrize(
    ("pattern", "right", "wrong"),
    [
        ("b", "abc", "ac"),
        (r"^\d{3}$", "123", "1234"),
        (r"^\u00e9$", "é", "e"),
        (r"^.$", "😀", "ab"),
        (r"^\p{L}+$", "Straße", "12"),
        (r"a\/b", "a/b", "ab"),
    ],
)
def test_a_pattern_is_sought_anywhere_in_a_text(pattern: str, right: str, wrong: str) -> None:
    check = ValueCheck({"pattern": pattern})
    assert check.faults(right) == []
    assert len(check.faults(wrong)) == 1
    assert check.faults(5) == []


@pytest.mark.parametrize(
    ("schema", "path", "words"),
    [
        ({"pattern": "a(?=b)"}, "fields.pattern", "looks ahead or behind"),
        ({"pattern": "(?<!a)b"}, "fields.pattern", "looks ahead or behind"),
        ({"pattern": r"(a)\1"}, "fields.pattern", "refers back to a group"),
        ({"pattern": "["}, "fields.pattern", "is not a regular expression"),
        ({"pattern": "[a-z]{900}[0-9]{900}[a-z]{900}"}, "fields.pattern", "let it repeat less"),
        (
            {"properties": {"a": {"patternProperties": {"(?!x)": {}}}}},
            "fields.properties.a.patternProperties",
            "looks ahead or behind",
        ),
        (
            {"allOf": [{"patternProperties": {"a": {}}}], "unevaluatedProperties": False},
            "fields.unevaluatedProperties",
            "cannot stand in a schema that has patternProperties",
        ),
    ],
)
def test_a_pattern_that_cannot_be_used_is_told_at_publish(
    schema: dict[str, Any], path: str, words: str
) -> None:
    [(where, found)] = schema_faults(schema, "fields")
    assert where == path
    assert words in found


def test_a_value_that_costs_large_patterns_too_much_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check = ValueCheck({"items": {"pattern": "(a?){400}b$"}})
    monkeypatch.setattr(schema_patterns, "MOST_WORK", LARGEST_PROGRAM * 200)

    assert len(check.faults(["a" * 20] * 3)) == 3
    with pytest.raises(InvalidError, match="too long for the patterns"):
        check.faults(["a" * 20] * 100)
    assert len(check.faults(["a" * 20] * 3)) == 3
