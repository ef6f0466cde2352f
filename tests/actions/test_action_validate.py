"""The step that checks a value against a JSON Schema."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions import validate
from core.outcomes import Fail, Succeed
from triggers.schemas import compile_schema

ORDER = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "string", "pattern": "^A-"}, "total": {"minimum": 0}},
}


def check(make_context, value, schema=ORDER):
    params = {"value": value, "schema": compile_schema(schema, "$")}
    return validate.run(make_context(params), params)


def test_what_holds_the_schema_goes_on_by_valid(make_context):
    order = {"id": "A-7", "total": 3, "more": [1]}
    output = {"valid": True, "errors": [], "value": order}
    assert check(make_context, order) == Succeed(output, "valid")


def test_what_does_not_goes_by_invalid_with_every_fault(make_context):
    outcome = check(make_context, {"id": "B-7", "total": -1})
    assert outcome.port == "invalid"
    assert outcome.output["valid"] is False
    assert outcome.output["value"] == {"id": "B-7", "total": -1}
    assert outcome.output["errors"] == [
        {"path": "$.id", "message": "'B-7' is not a text that matches ^A-"},
        {"path": "$.total", "message": "must be at least 0"},
    ]


def test_no_more_than_fifty_faults_are_told(make_context):
    outcome = check(make_context, list(range(200)), {"items": {"type": "string"}})
    assert len(outcome.output["errors"]) == 50


def test_a_value_that_cannot_be_checked_fails_in_words(make_context):
    value: list = []
    for _ in range(90):
        value = [value]
    schema = {"items": {"$ref": "#"}}
    outcome = check(make_context, value, {**schema, "anyOf": [schema, schema]})
    assert isinstance(outcome, Fail)
    assert outcome.error.startswith("value: The value ")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    )
)
def test_whatever_is_checked_leaves_by_the_port_of_its_verdict(make_context, value):
    outcome = check(make_context, value)
    assert isinstance(outcome, Succeed)
    assert outcome.port == ("valid" if outcome.output["valid"] else "invalid")
    assert outcome.output["valid"] is (not outcome.output["errors"])
    assert outcome.output["value"] is value


@pytest.mark.parametrize(
    ("configuration", "line"),
    [
        ({"value": "<steps.fetch.body>", "schema": ORDER}, "… has {id, total}"),
        ({"value": "<order>", "schema": True}, "<order>"),
        ({"schema": 7}, "(no value yet)"),
        ({"value": 5, "schema": {"properties": []}}, "5"),
    ],
)
def test_a_card_says_what_is_checked_and_for_what(configuration, line):
    assert validate.SPEC.summary(configuration) == line
