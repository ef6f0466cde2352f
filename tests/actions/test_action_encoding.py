"""Values become text, JSON, fields and bytes, and bytes become text again."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.encoding import ContentError, as_text, pairs, to_json
from actions.media import decode, encode, is_json

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(json_values)
def test_json_comes_back_as_it_went_in(value):
    assert json.loads(to_json(value)) == value


@pytest.mark.parametrize("value", [2**64, "\ud800", object(), {1: 2}])
def test_what_json_cannot_say_is_refused(value):
    with pytest.raises(ContentError, match="cannot be written as JSON"):
        to_json(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Ada", "Ada"),
        (True, "true"),
        (7, "7"),
        (1.5, "1.5"),
        (None, "null"),
        ({"a": [1]}, '{"a":[1]}'),
    ],
)
def test_values_are_written_as_templates_write_them(value, text):
    assert as_text(value) == text


def test_fields_repeat_for_lists_and_vanish_for_null():
    fields = {"tag": ["new", 2, None], "gone": None, "empty": [], "flag": False, "note": ""}
    assert list(pairs(fields)) == [("tag", "new"), ("tag", "2"), ("flag", "false"), ("note", "")]


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("application/problem+json", True),
        ("text/json", True),
        ("application/jsonp", False),
        ("text/plain; a=application/json", False),
        ("", False),
    ],
)
def test_json_is_known_by_its_content_type(content_type, expected):
    assert is_json(content_type) is expected


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("Zoë".encode(), "text/plain", "Zoë"),
        ("Zoë".encode(), "", "Zoë"),
        ("Zoë".encode("latin-1"), "text/xml; charset=ISO-8859-1", "Zoë"),
        ("Zoë".encode("latin-1"), 'text/xml;charset="iso-8859-1"', "Zoë"),
        ("Zoë".encode("latin-1"), "text/xml", "Zoë"),
        ("Zoë".encode("latin-1"), "application/soap+xml", "Zoë"),
        ("Zoë €".encode("cp1252"), "text/csv; charset=windows-1252", "Zoë €"),
        ("Zoë".encode("utf-16"), "text/plain; charset=utf-16", "Zoë"),
        ("Zoë".encode(), "text/plain; charset=idna", "Zoë"),
        ("Zoë".encode(), "text/plain; charset=no-such", "Zoë"),
        ("Zoë".encode(), "text/plain; charset=hex", "Zoë"),
        ("Zoë".encode("latin-1"), "application/octet-stream", None),
        (b"\x89PNG\r\n\x1a\n", "image/png", None),
    ],
)
def test_bodies_are_read_in_their_charset_or_are_no_text(body, content_type, text):
    assert decode(body, content_type, truncated=False) == text


@given(st.text(min_size=1), st.data())
def test_a_cut_within_a_character_still_reads_as_the_beginning(text, data):
    body = text.encode()
    cut = data.draw(st.integers(1, len(body)))
    assert text.startswith(decode(body[:cut], "application/json", truncated=True))


@given(st.binary(), st.text() | st.just("text/plain; charset=gb18030"), st.booleans())
def test_no_answer_of_a_partner_breaks_the_reading(body, content_type, truncated):
    text = decode(body, content_type, truncated)
    assert text is None or isinstance(text.encode(), bytes)


def test_text_is_written_in_the_charset_the_content_type_names():
    assert encode("Zoë", "text/xml; charset=iso-8859-1") == b"Zo\xeb"
    assert encode("Zoë", "text/xml") == b"Zo\xc3\xab"


def test_a_character_the_charset_lacks_is_named():
    with pytest.raises(ContentError, match="'€' does not exist in the charset iso-8859-1"):
        encode("12 €", "text/xml; charset=iso-8859-1")
