"""Strict JSON takes what is JSON to every reader, and says where the rest goes wrong."""

from __future__ import annotations

import json
from math import isinf

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import JsonError
from core.strict_json import GREATEST_INTEGER, LEAST_INTEGER, MAX_DEPTH, loads

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(LEAST_INTEGER, GREATEST_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)
JSON_LIKE = st.text(alphabet='{}[]":,\\ud8D09aefnrt.-+ \n\u00e4\ud83d', max_size=40)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "the text is empty; JSON needs a value"),
        (b" \r\n\t", "the text is empty; JSON needs a value"),
        (b'{"a": [1,', "line 1 column 10: the text ends in the middle of a value"),
        (b'{"a": "x', "line 1 column 7: the text ends in the middle of a value"),
        (b'{"a": 1} 2', "line 1 column 10: Extra data"),
        (b'{\n "a": 1,\n "b" 2}', "line 3 column 6: Expecting ':' delimiter"),
        (b"[01]", "line 1 column 3: Expecting ',' delimiter"),
        (b'["a\nb"]', "line 1 column 4: Invalid control character"),
        (b'["NaN", NaN]', "line 1 column 9: NaN is not JSON; use null or a string"),
        (b"[Infinity]", "line 1 column 2: Infinity is not JSON; use null or a string"),
        (b"[-Infinity]", "line 1 column 2: -Infinity is not JSON; use null or a string"),
        (b'["1e999",\n1e999]', "line 2 column 1: the number '1e999' is too large for a double"),
        (
            b"[18446744073709551616]",
            "line 1 column 2: the integer '18446744073709551616' does not fit into 64 bits",
        ),
        (
            b"[-9223372036854775809]",
            "line 1 column 2: the integer '-9223372036854775809' does not fit into 64 bits",
        ),
        (b'{"a": {"b": 1, "\\u0062": 2}}', "the key 'b' stands more than once in one object"),
        (b'\xef\xbb\xbf{"a": 1}', "begins with a byte order mark (U+FEFF); send UTF-8 without"),
        ('["ä'.encode() + b'\xff"]', "line 1 column 4: byte 0xff is not UTF-8"),
        (b'["\xed\xa0\x80"]', "line 1 column 3: byte 0xed is not UTF-8"),
        (b'["\\ud83d"]', "line 1 column 3: half of a surrogate pair stands alone"),
        (b'["\\uDE00\\ud83d"]', "line 1 column 3: half of a surrogate pair stands alone"),
        (b'["\\ud83d\\ude00\\ud83d\\u0041"]', "line 1 column 15: half of a surrogate pair"),
        ('["\ud83d"]', "line 1 column 3: half of a surrogate pair stands alone"),
    ],
)
def test_a_fault_is_named_with_its_place(raw, message):
    with pytest.raises(JsonError) as caught:
        loads(raw)
    assert message in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_wide_encodings_are_refused_by_name(encoding):
    with pytest.raises(JsonError, match="UTF-16 or UTF-32; send it as UTF-8"):
        loads('{"a": 1}'.encode(encoding))


def test_integers_of_64_bits_are_carried_exactly():
    extremes = [LEAST_INTEGER, GREATEST_INTEGER, 0]
    assert loads(json.dumps(extremes)) == extremes


def test_a_number_of_many_digits_is_refused_in_a_short_message():
    with pytest.raises(JsonError) as caught:
        loads(b"9" * 100_000)
    assert len(str(caught.value)) < 200


def test_a_null_character_and_escaped_backslashes_before_u_are_text():
    assert loads(rb'["\u0000", "\\ud83d", "\ud83d\ude00"]') == ["\0", "\\ud83d", "\U0001f600"]


def test_duplicate_keys_may_be_allowed_and_then_the_last_one_wins():
    assert loads(b'{"a": 1, "a": 2}', duplicate_keys_allowed=True) == {"a": 2}


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"[": ', "}")])
def test_nesting_ends_at_the_limit(opening, closing):
    assert loads(opening * (MAX_DEPTH - 1) + "{}" + closing * (MAX_DEPTH - 1))
    with pytest.raises(JsonError, match=f"column {MAX_DEPTH * len(opening) + 1}: arrays"):
        loads(opening * MAX_DEPTH + "{}" + closing * MAX_DEPTH)


def test_a_caller_may_lower_the_limit_of_nesting():
    assert loads(b"[[]]", max_depth=2) == [[]]
    with pytest.raises(JsonError, match=r"line 1 column 2: .* deeper than 1 levels"):
        loads(b"[[]]", max_depth=1)


def test_brackets_side_by_side_and_in_strings_are_no_nesting():
    text = json.dumps([[]] * 1000 + ["[{" * 1000])
    assert len(loads(text)) == 1001


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000])
def test_a_tower_of_brackets_is_refused_and_does_not_overflow_the_stack(text):
    with pytest.raises(JsonError, match=f"deeper than {MAX_DEPTH} levels"):
        loads(text)


def test_a_million_keys_are_read():
    text = "{" + ",".join(f'"{number}":0' for number in range(1_000_000)) + "}"
    assert len(loads(text)) == 1_000_000


@given(JSON_VALUES)
def test_what_json_writes_comes_back(value):
    assert loads(json.dumps(value)) == value
    assert loads(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary(max_size=30) | JSON_LIKE)
def test_any_input_gives_a_value_or_a_json_error(raw):
    try:
        value = loads(raw)
    except JsonError as error:
        str(error).encode()
    else:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()


@given(JSON_LIKE | st.binary(max_size=30) | JSON_VALUES.map(json.dumps))
def test_it_agrees_with_json_on_what_orjson_takes_but_for_what_it_refuses_on_purpose(raw):
    try:
        orjson.loads(raw)
    except ValueError:
        return
    try:
        value = loads(raw)
    except JsonError as error:
        assert "stands more than once" in str(error) or "64 bits" in str(error)
    else:
        assert value == json.loads(raw)


@given(JSON_LIKE | st.binary(max_size=30))
def test_it_takes_nothing_that_orjson_refuses(raw):
    try:
        loads(raw)
    except JsonError:
        return
    orjson.loads(raw)


@given(st.from_regex(r"-?[1-9][0-9]{0,400}(\.[0-9]{1,5})?([eE][+-]?[0-9]{1,3})?", fullmatch=True))
def test_a_number_is_taken_exactly_or_refused(text):
    expected = json.loads(text)
    if isinstance(expected, float):
        fits = not isinf(expected)
    else:
        fits = LEAST_INTEGER <= expected <= GREATEST_INTEGER
    if fits:
        assert loads(text) == expected
    else:
        with pytest.raises(JsonError):
            loads(text)
