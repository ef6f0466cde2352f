"""Values are checked against schemas in bounded time, and formats are asserted."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from core.errors import InvalidError
from triggers import schemas
from triggers.schemas import ValueCheck, schema_faults


def holds(schema, value):
    return ValueCheck(schema).faults(value) == []


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("date", "2026-02-28", "2026-02-30"),
        ("date-time", "2026-11-21T09:30:00.123Z", "2026-11-21 09:30"),
        ("date-time", "2026-11-21t09:30:00+01:00", "2026-11-21T25:30:00Z"),
        ("date-time", "2026-11-21T09:30:00z", "20261121T093000Z"),
        ("email", "a@b.example", "a"),
        ("ipv4", "192.0.2.1", "192.0.2"),
        ("ipv6", "2001:db8::1", "2001:db8::g"),
        ("uri", "https://a.example/b?c#d", "a.example/b c"),
        ("uuid", "0192e4a0-7b1c-7abc-8def-0123456789ab", "0192e4a0"),
    ],
)
def test_a_known_format_is_asserted_of_texts(name, right, wrong):
    assert holds({"format": name}, right)
    assert not holds({"format": name}, wrong)
    assert holds({"format": name}, 5)


def test_another_format_is_an_annotation():
    assert holds({"format": "hostname"}, "not a host name")


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from([0.0, 1.0, 1.5, "", "1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=8,
)


@given(st.lists(JSON_VALUES, max_size=5))
@example([1, True])
@example([[0], [False]])
@example([1, 1.0])
@example([{"a": 1, "b": [2]}, {"b": [2.0], "a": 1}])
def test_unique_items_agree_with_the_library(items):
    schema = {"uniqueItems": True}
    assert holds(schema, items) is Draft202012Validator(schema).is_valid(items)
    assert holds({"uniqueItems": False}, items)


def test_items_that_cannot_be_sorted_are_read_once_each():
    reads = 0

    class Item(dict):
        def items(self):
            nonlocal reads
            reads += 1
            return super().items()

    assert holds({"uniqueItems": True}, [Item(number=number) for number in range(300)])
    assert reads == 300


def test_a_value_deeper_than_its_schema_can_be_followed_is_refused():
    value = []
    for _ in range(1000):
        value = [value]
    with pytest.raises(InvalidError, match="nests too deeply"):
        ValueCheck({"items": {"$ref": "#"}}).faults(value)


def doubling(levels, inside):
    """A schema whose references double the work at each level."""
    deeper = {f"d{n}": inside([{"$ref": f"#/$defs/d{n + 1}"}] * 2) for n in range(levels)}
    return {"$ref": "#/$defs/d0", "$defs": {**deeper, f"d{levels}": {}}}


@pytest.fixture
def _hurried(monkeypatch):
    monkeypatch.setattr(schemas, "LONGEST_SECONDS", 0.05)


@pytest.mark.usefixtures("_hurried")
def test_references_that_double_the_work_are_faults():
    doubled = doubling(40, lambda twice: {"allOf": twice})
    assert schema_faults(doubled, "$") == [("$", "has references that fan out")]
    assert schema_faults(doubling(3, lambda twice: {"allOf": twice}), "$") == []


@pytest.mark.usefixtures("_hurried")
def test_a_value_that_makes_references_fan_out_is_refused():
    schema = doubling(40, lambda twice: {"properties": {"a": {"allOf": twice}}})
    assert schema_faults(schema, "$") == []
    value = {}
    for _ in range(50):
        value = {"a": value}
    with pytest.raises(InvalidError, match="takes too long to check"):
        ValueCheck(schema).faults(value)


def test_an_anchor_is_found_where_it_is():
    anchored = {f"d{n}": {"$anchor": f"a{n}"} for n in range(3)}
    named = {"$defs": anchored, "allOf": [{"$ref": f"#a{n}"} for n in range(3)]}
    assert schema_faults(named, "$") == []
    named["allOf"].append({"$ref": "#a3"})
    assert schema_faults(named, "$") == [
        ("$.allOf[3]['$ref']", "'#a3' leads to nothing in this schema")
    ]
