"""Faults of a schema check in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from core.schema_words import faults_of

CLOSED = Draft202012Validator(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {"name": {"type": "string"}},
        "patternProperties": {"^x-": {}},
    }
)


@pytest.mark.parametrize("name", ["it's", 'a"b', "back\\slash", "\x00", "line\nbreak", "Zoë", ""])
def test_an_unknown_field_is_told_whatever_its_name(name: str) -> None:
    [fault] = faults_of(CLOSED.iter_errors({"name": "a", "x-mine": 1, name: 1}))
    assert fault.message == "is not a known field; known are: name"


@given(st.dictionaries(st.text(max_size=5), st.integers(), max_size=5))
def test_what_does_not_fit_has_a_fault(value: dict[str, int]) -> None:
    assert bool(faults_of(CLOSED.iter_errors(value))) is not CLOSED.is_valid(value)
