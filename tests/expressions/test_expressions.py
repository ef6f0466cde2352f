"""What expressions come to, and what they say when they come to nothing."""

from __future__ import annotations

import pytest
from expression_samples import evaluate, failure, make_context, resolve

from core.errors import ExpressionError, InvalidError
from expressions import compile_expression


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1 + 2 * 3 - 4", 3),
        ("7 // 2", 3),
        ("7 % 4", 3),
        ("7 / 2", 3.5),
        ("-order.total", -12.5),
        ("'a' + order.id", "aA-7"),
        ("[1] + [order.count]", [1, 3]),
        ("order.total > 12 and order.paid", True),
        ("not order.paid or order.count == 3", True),
        ("1 < order.count <= 3", True),
        ("'A' < 'B'", True),
        ("'sync' in steps", True),
        ("'7' in order.id and 3 not in [1, 2]", True),
        ("order.lines[1].sku", "B"),
        ("order.lines[0]['price']", 10),
        ("order.lines[-1].sku", "B"),
        ("steps[lower('SYNC')].body.id", 41),
        ("trigger.headers['x-shop']", "north"),
        ("first(order.lines).sku", "A"),
        ("{'id': order.id, 'n': [1, null]}", {"id": "A-7", "n": [1, None]}),
        ("[true, false, null, True, False, None]", [True, False, None, True, False, None]),
        ("'big' if order.total > 10 else 'small'", "big"),
        ("order.note == null", True),
        ("order.lines == [{'sku': 'A', 'price': 10}, {'sku': 'B', 'price': 2.5}]", True),
        ('"it\'s \\"}}\\" \\u00e4\\n"', 'it\'s "}}" ä\n'),
        ("1 +\n 2", 3),
        ("order.missing if 1 > 2 else 'never read'", "never read"),
        ("1 > 2 and order.missing", False),
        ("1 < 2 or order.missing", True),
    ],
)
def test_an_expression_comes_to(source, value):
    found = evaluate(source)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("1 + 'a'", '`+` does not go with the number 1 and text "a"; text(x) makes a text'),
        ("'a' * 3", '`*` does not go with text "a" and the number 3'),
        ("order.paid + 1", "`+` does not go with true and the number 1"),
        ("1 < 'a'", '`<` does not go with the number 1 and text "a"'),
        ("order.note > 1", "`>` does not go with null and the number 1"),
        ("1 in 5", "`in` does not go with the number 1 and the number 5"),
        ("1 / 0", "`/` divides by zero"),
        ("1 % 0", "`%` divides by zero"),
        ("9223372036854775807 * 3", "the result does not fit into 64 bits"),
        ("1e308 * 10", "the result is too large for a number"),
        ("not order.note", "`not` takes true or false, not null"),
        ("order.id and order.paid", '`and` takes true or false, not text "A-7"; compare it'),
        ("1 if order.count else 2", "`if` takes true or false, not the number 3"),
        ("-order.id", '`-` takes a number, not text "A-7"'),
        ("{order.count: 1}", "a key is text, not the number 3"),
        ("order.lines[order.paid]", "a key is text or a whole number, not true or false"),
        ("order[order.id]", 'an object has no "A-7"; there is id, total'),
        ("order.total.real", "order.total is a number and holds no"),
        ("upper(order.count)", "upper(): text must be text, not the number 3"),
        ("round(order.id)", "round(): value must be a number, not text"),
        ("substring('abc', 1.5)", "substring(): start must be a whole number, not the number 1.5"),
        ("length(true)", "length(): value must be text or a list or an object, not true"),
    ],
)
def test_a_fault_says_what_does_not_go(source, reason):
    assert reason in failure(source)


@pytest.mark.parametrize(
    ("source", "holds"),
    [("order.paid", True), ("order.count > 5", False), (" {{ order.id == 'A-7' }} ", True)],
)
def test_a_condition_holds_or_does_not(source, holds):
    assert compile_expression(source).holds(make_context()) is holds


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("order.id", 'text "A-7"'),
        ("order.count", "the number 3"),
        ("order.note", "null"),
        ("order.lines", "a list"),
        ("secrets.TOKEN", "text"),
        ("'x' + secrets.TOKEN", "text"),
    ],
)
def test_a_condition_that_is_neither_true_nor_false_says_how_to_compare_it(source, shown):
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source).holds(make_context())
    assert str(caught.value) == (
        f"{source} came to {shown}, not true or false; "
        "compare it, as in order.status == 'paid' or order.total > 0"
    )


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("default(order.nope, 'none')", "none"),
        ("default(order.note, 'none')", "none"),
        ("default(order.count, 0)", 3),
        ("default(order.lines[5].sku, order.id)", "A-7"),
        ("default(nope.a.b, default(order.also, 1))", 1),
        ("default(first([]), 'empty')", "empty"),
        ("exists(order.nope)", False),
        ("exists(order.note)", True),
        ("exists(order.note.x)", False),
        ("exists(secrets.OTHER)", False),
        ("exists(order.lines[0].sku) and not exists(order.lines[9])", True),
    ],
)
def test_default_and_exists_are_the_way_out_of_a_missing_value(source, value):
    assert evaluate(source) == value


def test_default_answers_to_missing_values_only():
    assert "number(): text" in failure("default(number(order.id), 0)")


def test_secrets_that_cannot_be_read_here_are_no_missing_value():
    expression = compile_expression("default(secrets.TOKEN, 'none')")
    context = make_context()
    del context["secrets"]
    with pytest.raises(ExpressionError, match="secrets resolve only in what is sent"):
        expression.evaluate(context)


def test_an_expression_keeps_its_type_alone_and_is_text_in_a_longer_one():
    assert resolve("{{ order.count + 1 }}") == 4
    assert resolve("{{ order.lines }}")[1]["sku"] == "B"
    assert resolve("n={{ order.count + 1 }}, {{ pluck(order.lines, 'sku') }}") == 'n=4, ["A","B"]'


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ {'a': {'b': 1}} }}!", '{"a":{"b":1}}!'),
        ("{{ '}}' }}{{'{{'}}!", "}}{{!"),
        ('{{ "a}}" + \'b"}}\' }}!', 'a}}b"}}!'),
        ("{{order.count}}{{ 1 }}", "31"),
    ],
)
def test_braces_and_quotation_marks_inside_an_expression_do_not_end_it(template, text):
    assert resolve(template) == text


def test_a_function_never_changes_what_it_was_given():
    context = make_context()
    compile_expression("reverse(sort(order.lines, 'price'))").evaluate(context)
    compile_expression("merge(order, {'id': 'B'})").evaluate(context)
    assert context == make_context()


def test_what_an_expression_reads_is_listed():
    compiled = compile_expression("default(order.id, steps[order.x].y) + upper(true)", "$.when")
    assert [(each.path, each.dynamic, each.where) for each in compiled.references] == [
        (("order", "id"), False, "$.when"),
        (("steps",), True, "$.when"),
        (("order", "x"), False, "$.when"),
    ]


def test_a_condition_that_does_not_compile_is_one_fault_at_its_path():
    with pytest.raises(InvalidError) as caught:
        compile_expression("order.status = 'paid'", "$.steps[0].with.when")
    assert [(fault.path, fault.message) for fault in caught.value.faults] == [
        ("$.steps[0].with.when", "an assignment is not allowed; to compare write ==")
    ]
