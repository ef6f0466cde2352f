"""The functions: each does what its documentation says, and says what it cannot do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from expression_samples import evaluate, failure
from hypothesis import given
from hypothesis import strategies as st

from expressions import FUNCTIONS, compile_expression
from expressions.functions import registered
from expressions.functions.text import FUNCTIONS as TEXT_FUNCTIONS
from expressions.reference import EXAMPLE_CONTEXT, markdown

DOCS = Path(__file__).parents[2] / "docs" / "expressions.md"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_example_of_a_function_gives_what_the_docs_say(name):
    function = FUNCTIONS[name]
    result = compile_expression(function.example).evaluate(EXAMPLE_CONTEXT)
    assert result == json.loads(function.result)
    assert f"{name}(" in function.example
    assert function.description.endswith(".")


def test_the_table_of_functions_in_the_docs_is_the_one_that_is_generated():
    assert f"<!-- functions -->\n{markdown()}<!-- end of functions -->" in DOCS.read_text()


def test_two_functions_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two functions are called upper"):
        registered([*TEXT_FUNCTIONS, TEXT_FUNCTIONS[0]])


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("round(2.675, 2)", 2.68),
        ("round(7)", 7),
        ("fixed(2.675, 2)", "2.68"),
        ("fixed(5, 2)", "5.00"),
        ("fixed(-0.001, 2)", "0.00"),
        ("number(' 12 ')", 12),
        ("number('-1.5e3')", -1500.0),
        ("number('007')", 7),
        ("integer('12.0')", 12),
        ("sum([])", 0),
        ("sum([0.1, 0.2, 0.3])", 0.6),
        ("sum([1, 2.5])", 3.5),
        ("min([3])", 3),
        ("max(1, 2.5)", 2.5),
        ("floor(-1.5)", -2),
        ("ceil(-1.5)", -1),
        ("sort(['b', 'a'])", ["a", "b"]),
        ("sort([])", []),
        ("sort([2, 1.5])", [1.5, 2]),
        ("unique([1, true, '1', [1], [1], {'a': 1, 'b': 2}, {'b': 2, 'a': 1}])", None),
        ("pluck([{'a': {'b': 1}}], 'a.b')", [1]),
        ("pluck([[5, 6]], '1')", [6]),
        ("where([{'a': {'b': 1}}, 5, {'a': 2}], 'a.b', 1)", [{"a": {"b": 1}}]),
        ("where([{'a': [1]}, {'a': 1}], 'a', [1])", [{"a": [1]}]),
        ("slice([1, 2, 3, 4], -3, -1)", [2, 3]),
        ("substring('äöü', -2)", "öü"),
        ("join([1, 'a', null, [2]], '-')", "1-a-null-[2]"),
        ("contains('abc', 'bc')", True),
        ("contains({'a': 1}, 'a')", True),
        ("get([1, 2], -1)", 2),
        ("merge({'a': 1}, {'a': 2}, {'b': 3})", {"a": 2, "b": 3}),
        ("pick({'a': 1, 'b': 2}, ['b', 'z'])", {"b": 2}),
        ("base64_decode('w6Q')", "ä"),
        ("base64_decode('8J-YgA==')", "😀"),
        ("date('2026-11-21')", "2026-11-21T00:00:00.000Z"),
        ("date('2026-07-01T12:00', null, 'Europe/Berlin')", "2026-07-01T10:00:00.000Z"),
        ("date('2026-11-21T10:00:00+02:00')", "2026-11-21T08:00:00.000Z"),
        ("add_time('2026-11-21T00:00:00Z', '-1ms')", "2026-11-20T23:59:59.999Z"),
        (
            "format_date('2026-11-21T23:30:00Z', '%a %d %b %Y %%', 'Asia/Tokyo')",
            "Sun 22 Nov 2026 %",
        ),
        ("from_unix(1.5)", "1970-01-01T00:00:01.500Z"),
        ("text(1.0)", "1.0"),
        ("replace('aaa', 'a', '')", ""),
    ],
)
def test_a_function_gives(source, value):
    found = evaluate(source)
    if source.startswith("unique"):
        value = [1, True, "1", [1], {"a": 1, "b": 2}]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("number('12,5')", 'number(): text "12,5" is not a number such as 12.50'),
        ("number('')", "is not a number"),
        ("number('0x10')", "is not a number"),
        ("number('\u0661')", "is not a number"),
        ("number('1e999')", "too large for a number"),
        ("integer(1.5)", "the number 1.5 has a fraction"),
        ("round(1, 16)", "decimals must be 0 to 15, not 16"),
        ("min([])", "min() of an empty list"),
        ("sum([1, '2'])", 'sum() takes numbers; item 1 is text "2"'),
        ("sum([true])", "sum() takes numbers; item 0 is true"),
        ("sort([1, 'a'])", 'sort() takes all numbers or all texts, not the number 1 and text "a"'),
        ("sort([null])", "not null and null"),
        ("first([])", "first() of an empty list; default(first(…), …) gives a way out"),
        ("pluck(order.lines, 'qty')", 'item 0: an object has no "qty"; there is sku, price'),
        ("pluck([1], 'a')", 'item 0: a number is a number and holds no "a"'),
        ("replace('a', '', 'b')", "old must not be empty"),
        ("split('a', '')", "separator must not be empty"),
        ("pad_start('a', 5, '')", "fill must be one character"),
        ("pick(order, [1])", "pick(): names must be texts, not the number 1"),
        ("get(order, 'x')", 'an object has no "x"; there is id'),
        ('parse_json(\'{"a": 1, "a": 2}\')', "stands more than once"),
        ("parse_json('NaN')", "NaN is not JSON"),
        ("base64_decode('a')", "is not base64 of UTF-8 text"),
        ("base64_decode('/w==')", "is not base64 of UTF-8 text"),
        ("sha256('a', 'binary')", "must be 'hex' or 'base64'"),
        ("date('soon')", 'date(): text "soon" is not a date like 2026-11-21T09:30:00Z'),
        ("date('2026-11-21', '%d.%m.%Y')", 'is not a date by the pattern text "%d.%m.%Y"'),
        ("date('0001-01-01')", "outside the years 1000 to 9999"),
        ("date('2026', '%Y', '../etc/passwd')", "the time zone must be a name like Europe/Berlin"),
        ("date('2026', '%Y', 'America')", "the time zone must be a name like Europe/Berlin"),
        (
            "format_date('2026-11-21', '%Y')",
            "is not a date like 2026-11-21T09:30:00Z; date() reads",
        ),
        ("format_date('2026-11-21T00:00:00Z', '%s')", "the pattern may have %Y %m %d"),
        ("format_date('2026-11-21T00:00:00Z', '%')", "the pattern may have %Y %m %d"),
        ("add_time('2026-11-21T00:00:00Z', 'soon')", "'soon' is not a duration; write it like"),
    ],
)
def test_a_function_says_what_it_cannot_do(source, reason):
    assert reason in failure(source)


@given(st.text())
def test_base64_and_json_are_read_back(text):
    assert evaluate("base64_decode(base64_encode(x))", x=text) == text
    assert evaluate("base64_decode(base64url_encode(x))", x=text) == text
    assert evaluate("parse_json(json(x))", x={"a": [text]}) == {"a": [text]}


@given(st.lists(st.integers(-1_000, 1_000) | st.floats(-1e6, 1e6)))
def test_lists_are_sorted_reversed_and_summed(numbers):
    assert evaluate("sort(x)", x=numbers) == sorted(numbers)
    assert evaluate("reverse(reverse(x))", x=numbers) == numbers
    assert evaluate("length(unique(x))", x=numbers) <= len(numbers)
    assert evaluate("sum(x)", x=numbers) == pytest.approx(sum(numbers))
