"""Attacks on the time and memory of one evaluation: each ends in an error, or stays small."""

from __future__ import annotations

import tracemalloc

import pytest

from core.errors import ExpressionError
from expressions import TemplateMode, compile_expression, compile_value, limits
from expressions.budget import Budget


def make_large_context():
    nested = 1
    for _ in range(2_000):
        nested = [nested]
    return {
        "rows": [
            {"sku": f"s{number}", "price": number, "n": {"m": 1}} for number in range(100_000)
        ],
        "numbers": list(range(300_000)),
        "texts": [f"text {number * 7919 % 50_000}" for number in range(50_000)],
        "object": {f"key{number}": number for number in range(50_000)},
        "text": "a" * 1_000_000,
        "lines": "\n" * 1_000_000,
        "wide": "é漢😀" * 300_000,
        "short": "ab" * 5_000,
        "nested": nested,
        "json": "[" + ",".join(["{}"] * 200_000) + "]",
        "brackets": "[" * 100_000,
        "digits": "9" * 100_000,
        "secrets": {},
    }


CONTEXT = make_large_context()
DOUBLED = "+".join(["numbers"] * 60)

TOO_MUCH = [
    "sort(texts + texts)",
    "unique(rows)",
    "json(rows)",
    "text(rows)",
    "upper(wide)",
    "text + text + text",
    "replace(text, 'a', 'bbbb')",
    "replace(short, 'a', text)",
    "split(text, 'a')",
    "join(texts, text)",
    "join(numbers, ',')",
    DOUBLED,
    "flatten([numbers, numbers, numbers])",
    "length(merge(object, object))",
    "pad_start('a', 10000000)",
    "pad_end('a', 9223372036854775807, 'b')",
    "parse_json(json)",
    "parse_json(brackets)",
    "url_encode(text)",
    "base64_encode(wide)",
    "rows == pluck(rows, 'n')",
    "nested == [1]",
    "json(nested)",
    "[nested]",
    "[rows, rows, rows, rows]",
    "[[[rows, rows], [rows, rows]], [[rows, rows], [rows, rows]]]",
    "{'a': text, 'b': text, 'c': text}",
    "number(digits)",
    "parse_json(digits)",
    "sum([1e308, 1e308])",
    "format_date('2026-01-01T00:00:00Z', '%0999999999Y')",
    "date('x', '%d%d%d%d')",
    "add_time('2026-01-01T00:00:00Z', '999999999d')",
    "from_unix(1e300)",
    "'%999999999d' % 1",
    "'a' * 1000000000",
    "[[1] * 3000] * 3000",
    " or ".join([f"'{'a' * 10}b' in text"] * 60),
    " and ".join(["numbers == numbers"] * 60),
    "unique(" * 40 + "texts" + ")" * 40,
    "reverse(" * 60 + "numbers" + ")" * 60,
]


@pytest.mark.parametrize("source", TOO_MUCH, ids=lambda source: source[:50])
def test_what_would_cost_too_much_is_an_error_within_the_memory(source):
    expression = compile_expression(source)
    tracemalloc.start()
    with pytest.raises(ExpressionError):
        expression.evaluate(CONTEXT)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


STILL_FINE = [
    ("sum(pluck(rows, 'price'))", 4_999_950_000),
    ("length(where(rows, 'sku', 's99999'))", 1),
    ("length(sort(slice(texts, 0, 15000)))", 15_000),
    ("length(join(texts, ','))", 538_889),
    ("length(json(substring(text, 0, 800000)))", 800_002),
    ("length(json(substring(lines, 0, 800000)))", 1_600_002),
    ("length(sha256(text))", 64),
    ("-1 in slice(numbers, 0, 100000)", False),
    ("length(split(short, 'b'))", 5_001),
    ("length(keys(object))", 50_000),
    ("round(1e300, 15)", 1e300),
]


@pytest.mark.parametrize(("source", "value"), STILL_FINE, ids=lambda part: str(part)[:50])
def test_large_data_in_honest_use_stays_within_the_memory(source, value):
    expression = compile_expression(source)
    tracemalloc.start()
    result = expression.evaluate(CONTEXT)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (result, peak < 10_000_000) == (value, True)


def test_all_expressions_of_a_value_share_one_budget():
    value = ["{{ sum(pluck(rows, 'price')) }}"] * 3
    with pytest.raises(ExpressionError, match="too much work"):
        compile_value(value, TemplateMode.BODY).resolve(CONTEXT)


def test_all_texts_of_a_value_share_one_size():
    compiled = compile_value(["x <text>"] * 3, TemplateMode.BODY)
    with pytest.raises(ExpressionError, match="come to more than 2097152 characters"):
        compiled.resolve(CONTEXT)


def test_evaluating_never_changes_the_data():
    context = {"rows": [{"a": [3, 1, 2]}]}
    for source in ("sort(rows[0].a)", "rows[0].a + [4]", "flatten([rows[0].a])", "rows.clear"):
        try:
            compile_expression(source).evaluate(context)
        except ExpressionError:
            continue
    assert context == {"rows": [{"a": [3, 1, 2]}]}


def test_a_budget_ends_exactly_where_it_is_used_up():
    budget = Budget()
    budget.work(limits.WORK)
    with pytest.raises(ExpressionError, match="too much work"):
        budget.work(1)
