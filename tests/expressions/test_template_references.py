"""`<path>` in bodies and texts: its value, its type, and when it is text after all."""

from __future__ import annotations

import pytest
from expression_samples import BODY, HEADER, QUERY, TEXT, make_context, resolve, template_failure

from expressions import MissingValue, compile_value


@pytest.mark.parametrize("mode", [BODY, TEXT, QUERY, HEADER])
@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("order.id", "A-7"),
        ("order.total", 12.5),
        ("order.paid", True),
        ("order.note", None),
        ("order.lines.1", {"sku": "B", "price": 2.5}),
        ("order.lines.0.price", 10),
        ("trigger.headers.x-shop", "north"),
        ("steps.sync.body.id", 41),
    ],
)
def test_a_string_that_is_one_reference_keeps_the_type_of_the_value(mode, path, value):
    assert resolve(f"<{path}>", mode) == value


def test_inside_a_longer_text_values_stand_as_json_and_texts_as_they_are():
    text = "<order.id> <order.total> <order.count> <order.paid> <order.note> <order.lines.0>"
    assert resolve(text) == 'A-7 12.5 3 true null {"sku":"A","price":10}'


def test_every_string_is_a_template_however_deep_and_keys_are_not():
    value = {"<order.id>": ["<order.count>", {"n": "No. <order.id>"}, 5, None, True]}
    assert resolve(value) == {"<order.id>": [3, {"n": "No. A-7"}, 5, None, True]}


@pytest.mark.parametrize(
    "text",
    [
        "<b>bold</b>",
        "x <br/> y",
        "1 < 2 and 3 > 2",
        "<invoice.id>7</invoice.id>",
        "<a href='x'>",
        "<?xml version='1.0'?><soap:Body/>",
        "I <3 you",
        "< order.id >",
        "<@U123> hello",
        "a -> b <-> c",
        "Jane <jane@partner.example>",
    ],
)
def test_angles_around_anything_else_stay_text(text):
    assert resolve(text) == text


def test_a_tag_named_like_a_key_of_the_body_is_a_reference():
    assert resolve("to <b>", b="you") == "to you"
    assert resolve("to <b>") == "to <b>"


def test_a_string_that_is_one_reference_is_one_even_when_nothing_has_that_name():
    assert "b is missing" in template_failure("<b>")


def test_a_reserved_root_is_a_reference_even_when_it_is_missing():
    assert "item.id is missing" in template_failure("for <item.id>")


def test_in_a_header_or_query_every_path_is_a_reference():
    assert "b is missing" in template_failure("to <b>", HEADER)
    assert "b is missing" in template_failure("to <b>", QUERY)
    assert resolve("<https://x.example>; rel=next", HEADER) == "<https://x.example>; rel=next"


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (r"\<order.id>", "<order.id>"),
        (r"\{{ 1 }}", "{{ 1 }}"),
        (r"\\<order.id>", "\\A-7"),
        (r"\\\<order.id>", r"\<order.id>"),
        (r"\\\\{{ 1 }}", r"\\1"),
        (r"C:\temp\\x", r"C:\temp\\x"),
        ("{ 1 } }} {", "{ 1 } }} {"),
    ],
)
def test_a_backslash_before_a_mark_makes_it_literal_and_two_make_one(template, text):
    assert resolve(template) == text


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("ordr.id", 'the context has no "ordr"; there is order, trigger, steps, secrets'),
        ("order.Id", 'order has no "Id"; there is id, total, count, paid, note, lines'),
        ("order.lines.2", "order.lines is a list of 2, counted from 0"),
        ("order.lines.price", 'order.lines is a list; write an index before "price", or use pluck'),
        ("order.id.x", 'order.id is text and holds no "x"'),
        ("order.note.x", 'order.note is null and holds no "x"'),
        ("steps.later.body", 'steps has no "later"; there is sync'),
        ("trigger.body.x", 'trigger.body has no "x"; it is empty'),
        ("secrets.TOKN", 'secrets has no "TOKN"; there is TOKEN'),
    ],
)
def test_a_missing_value_is_named_with_what_there_is_instead(path, reason):
    message = template_failure({"a": [f"<{path}>"]})
    assert message.startswith(f"$.a[0]: {path} is missing: ")
    assert reason in message


def test_no_more_than_twenty_names_are_told():
    message = template_failure("<order.x>", order={f"key{number}": 1 for number in range(50)})
    assert "key19, …" in message
    assert "key20" not in message


def test_a_long_or_strange_name_is_shown_shortened():
    message = template_failure("<order.x>", order={"k" * 500: 1, "two\nlines": 2})
    assert "k" * 61 not in message
    assert "\n" not in message


def test_a_missing_value_can_be_told_from_other_errors():
    with pytest.raises(MissingValue):
        compile_value("<order.nope>", BODY).resolve(make_context())


def test_references_are_listed_with_where_they_stand():
    compiled = compile_value(
        {"a": "<order.id> <b>", "c": ["{{ steps['sync'].body }}"]}, BODY, "$.w"
    )
    found = [
        (each.path, each.source, each.where, each.certain, each.dynamic)
        for each in compiled.references
    ]
    assert found == [
        (("order", "id"), "<order.id>", "$.w.a", False, False),
        (("b",), "<b>", "$.w.a", False, False),
        (("steps", "sync", "body"), "steps['sync'].body", "$.w.c[0]", True, False),
    ]


def test_a_key_that_is_computed_makes_a_reference_dynamic():
    references = compile_value("{{ steps[order.id].body[0] }}", BODY).references
    assert [(each.path, each.dynamic) for each in references] == [
        (("steps",), True),
        (("order", "id"), False),
    ]


def test_what_was_resolved_does_not_share_the_compiled_value():
    compiled = compile_value({"fixed": [1, {"a": "<order.id>", "b": 2}], "c": {}}, BODY)
    first = compiled.resolve(make_context()).value
    first["fixed"].append("more")
    first["fixed"][1]["b"] = "changed"
    first["c"]["more"] = True
    assert compiled.resolve(make_context()).value == {"fixed": [1, {"a": "A-7", "b": 2}], "c": {}}
