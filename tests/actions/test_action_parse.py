"""The step that reads a text in a format: what it makes of it, and what it says where it cannot."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions import parse
from actions.parsing import csv_text, xml_text
from core.outcomes import Fail, Outcome, Succeed
from core.size import check_size

FORMATS = ["json", "csv", "xml", "form"]


@pytest.fixture(scope="session")
def read(make_context):
    def run(written: Any, kind: str, **options: Any) -> Outcome:
        params = {"from": written, "format": kind, **options}
        assert parse.check(params) == []
        return parse.run(make_context(params), params)

    return run


@pytest.fixture(scope="session")
def value(read):
    def run(written: str, kind: str, **options: Any) -> Any:
        outcome = read(written, kind, **options)
        assert isinstance(outcome, Succeed), outcome
        return outcome.output["value"]

    return run


@pytest.fixture(scope="session")
def fault(read):
    def run(written: Any, kind: str, **options: Any) -> str:
        outcome = read(written, kind, **options)
        assert isinstance(outcome, Fail), outcome
        return outcome.error

    return run


def test_a_header_names_the_columns_and_cells_are_texts(value):
    text = 'sku; price;note\r\nA;9.90;"two\r\nlines; ""quoted"""\r\n\r\nB;;\r\n'
    assert value(text, "csv", delimiter=";") == [
        {"sku": "A", "price": "9.90", "note": 'two\r\nlines; "quoted"'},
        {"sku": "B", "price": "", "note": ""},
    ]


@pytest.mark.parametrize(
    ("options", "rows"),
    [
        ({}, [{"a": "1", "b": "2"}]),
        ({"first_row": "data"}, [["a", "b"], ["1", "2"]]),
        ({"first_row": "skip"}, [["1", "2"]]),
        (
            {"first_row": "data", "columns": ["x", "y"]},
            [{"x": "a", "y": "b"}, {"x": "1", "y": "2"}],
        ),
        ({"first_row": "skip", "columns": ["x", "y"]}, [{"x": "1", "y": "2"}]),
    ],
)
def test_what_the_first_row_is_is_said(value, options, rows):
    assert value("a,b\n1,2\n", "csv", **options) == rows


def test_a_byte_order_mark_is_no_part_of_the_first_name(value):
    assert value("\ufeffa,b\n1,2", "csv") == [{"a": "1", "b": "2"}]
    assert value("\ufeff<a/>", "xml") == {"a": ""}


def test_cells_may_be_parted_by_tabs(value):
    assert value("a\tb\n1\t2", "csv", delimiter="tab") == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ('a,b\n1,2\n\n"x\ny",2\n3\n', {}, "line 6 has 1 cell, but the columns are 2"),
        ("a,b\n1,2,3\n", {}, "line 2 has 3 cells, but the columns are 2"),
        ("1,2\n3\n", {"first_row": "data"}, "line 2 has 1 cell, but the first row has 2"),
        ('a,b\n1,"2\n3,4\n', {}, "line 2: a quoted cell begins here and never ends"),
        ('a,b\n1,"2"x\n', {}, "line 2: text stands behind the closing quote of a cell"),
        ("a,b,a\n", {}, "line 1: two columns are called 'a'; give `columns`"),
        ("\na, ,c\n", {}, "line 2: column 2 has no name; give `columns`"),
        ("", {}, "the text is empty, so nothing names the columns"),
        ("a\n" + "x" * 140_000, {}, "line 2: a cell has more than 131072 characters"),
    ],
)
def test_csv_that_cannot_be_read_is_told_with_its_line(fault, text, options, words):
    assert fault(text, "csv", **options).startswith(f"the text cannot be read as CSV: {words}")


def test_csv_is_bounded(fault, monkeypatch):
    monkeypatch.setattr(csv_text, "MOST_ROWS", 3)
    assert "there are more than 3 rows" in fault("a\n" * 5, "csv")
    monkeypatch.undo()
    wide = ",".join(f"{'n' * 200}{n}" for n in range(900))
    rows = f"{','.join('1' * 900)}\n" * 200
    assert "the rows are larger than 16 MiB as JSON" in fault(f"{wide}\n{rows}", "csv")


CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n))))
def test_rows_come_back_as_they_were_written(value, rows):
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows(rows)
    names = [f"c{n}" for n in range(len(rows[0]))] if rows else ["c0"]
    found = value(written.getvalue(), "csv", first_row="data", columns=names)
    assert [list(row.values()) for row in found] == rows
    assert all(list(row) == names for row in found)


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | CELL,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(CELL, inner, max_size=4),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_json_comes_back_as_it_was_written(value, written):
    assert value(json.dumps(written), "json") == written


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": 1, "a": 2}', "the key 'a' stands more than once in one object"),
        ('{"a":\n nope}', "line 2 column 2"),
        ("[" * 100 + "]" * 100, "nest deeper than 64 levels"),
    ],
)
def test_json_is_strict(fault, text, words):
    assert fault(text, "json").startswith("the text cannot be read as JSON: ")
    assert words in fault(text, "json")


def test_json_is_bounded(fault):
    assert "it has more than 1000000 values" in fault("[" + "0," * 1_000_000 + "0]", "json")


def test_form_fields_that_come_again_are_lists(value):
    assert value("a=1&b=x+y%26&a=2&c=", "form") == {"a": ["1", "2"], "b": "x y&", "c": ""}


@pytest.mark.parametrize(
    ("text", "words"),
    [("a=%FF", "%FF is not UTF-8"), ("a=1&" * 1_001, "it has more than 1000 fields")],
)
def test_a_form_that_cannot_be_read_is_told(fault, text, words):
    assert fault(text, "form") == f"the text cannot be read as FORM: {words}"


@given(st.lists(st.tuples(CELL, CELL), max_size=10))
def test_a_form_holds_what_was_put_into_it(value, pairs):
    wanted: dict[str, list[str]] = {}
    for name, text in pairs:
        wanted.setdefault(name, []).append(text)
    found = value(urlencode(pairs), "form")
    assert {name: one if isinstance(one, list) else [one] for name, one in found.items()} == wanted


REPLY = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!-- a comment --><?go on?>
<s:Reply xmlns:s="urn:s" id="7">
  <Number> L-1 </Number>
  <Line no="1">Käse</Line>
  <Line/>
  <Note>a<b>c</b> d</Note>
  <Text><![CDATA[<raw> & ]]>&lt;ok&gt;</Text>
</s:Reply>"""


def test_xml_is_mapped_by_its_names_alone(value):
    assert value(REPLY, "xml") == {
        "s:Reply": {
            "@xmlns:s": "urn:s",
            "@id": "7",
            "Number": "L-1",
            "Line": [{"@no": "1", "#text": "Käse"}, ""],
            "Note": {"b": "c", "#text": "a d"},
            "Text": "<raw> & <ok>",
        }
    }


def test_elements_can_be_said_to_be_lists_always(value):
    text = "<r><line>1</line><x><line>2</line></x></r>"
    assert value(text, "xml", lists=["line", "r"]) == {"r": [{"line": ["1"], "x": {"line": ["2"]}}]}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<a>\n  <b></a>", "line 2 column 8: mismatched tag"),
        ("", "line 1 column 1: no element found"),
        ("<a/><b/>", "line 1 column 5: junk after document element"),
        ("<a>&nbsp;</a>", "line 1 column 4: undefined entity"),
        ("<a>\x00</a>", "line 1 column 4: not well-formed (invalid token)"),
        ("<a>\ud800</a>", "half of a surrogate pair stands alone; it is no character"),
        ("<!DOCTYPE a><a/>", "line 1: it has a DTD, which is not taken"),
        ('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "line 1: it has a DTD"),
        ('\n<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "line 2: it has a DTD"),
        ("<a>" * 41 + "</a>" * 41, "line 1: elements nest deeper than 40 levels"),
    ],
)
def test_xml_that_cannot_be_read_is_told_with_its_place(fault, text, words):
    assert fault(text, "xml").startswith(f"the text cannot be read as XML: {words}")


def test_xml_is_bounded(fault, value, monkeypatch):
    deep = value("<a x=''><b/>" * 39 + "</a>" * 39, "xml", lists=["a"])
    assert check_size({"steps": {"read": {"value": deep}}})
    monkeypatch.setattr(xml_text, "MOST_NODES", 4)
    assert "it has more than 4 elements and attributes" in fault("<a x='' y=''><b/><c/></a>", "xml")


@given(CELL.filter(lambda text: text.isprintable()))
def test_the_text_of_an_element_is_what_was_written(value, text):
    assert value(f"<a><b>{escape(text)}</b></a>", "xml") == {"a": {"b": text.strip()}}


@settings(max_examples=300)
@given(
    st.sampled_from(FORMATS),
    st.text(max_size=40) | st.text('<>/&;a"=b,\n\r\t!-[]{}:1', max_size=40) | JSON_VALUES,
    st.sampled_from(["names", "data", "skip"]),
)
def test_whatever_stands_there_has_an_outcome(read, kind, written, first_row):
    outcome = read(written, kind, **({"first_row": first_row} if kind == "csv" else {}))
    assert isinstance(outcome, Succeed | Fail)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ([1, 2], "from is no text but [2 items]; what is read already needs no parsing"),
        (None, "from is no text but null"),
    ],
)
def test_what_is_no_text_is_said(fault, written, words):
    assert fault(written, "json").startswith(words)


@pytest.mark.parametrize(
    ("configuration", "faults"),
    [
        ({"format": "json", "delimiter": ";", "lists": ["a"]}, ["delimiter", "lists"]),
        ({"format": "csv", "lists": ["a"]}, ["lists"]),
        ({"format": "csv", "columns": ["a"]}, ["first_row"]),
        ({"format": "csv", "columns": ["a"], "first_row": "names"}, ["first_row"]),
        ({"format": "csv", "columns": ["a"], "first_row": "skip"}, []),
    ],
)
def test_options_go_with_the_format_and_together(configuration, faults):
    assert [path for path, _ in parse.check({"from": "x", **configuration})] == faults


@pytest.mark.parametrize(
    ("configuration", "line"),
    [
        ({"from": "<steps.fetch.body>", "format": "csv"}, "CSV of …"),
        ({"format": 7}, "(no text yet)"),
        ({"from": "a=1"}, "(NO FORMAT) of a=1"),
    ],
)
def test_a_card_says_what_is_read_as_what(configuration, line):
    assert parse.SPEC.summary(configuration) == line
