"""What does not compile: everything the language does not have, before anything runs."""

from __future__ import annotations

import pytest
from expression_samples import refusal, resolve, template_faults

from expressions import compile_expression, limits


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("", "the expression is empty"),
        ("status = 'x'", "an assignment is not allowed; to compare write =="),
        ("(x := 1)", "an assignment is not allowed"),
        ("x += 1", "an assignment is not allowed"),
        ("import os", "it cannot be read"),
        ("del x", "it cannot be read"),
        ("x; y", "one expression only"),
        ("1 # note", "comments are not allowed"),
        ("lambda: 1", "lambda is not allowed"),
        ("[x for x in y]", "use pluck() or where()"),
        ("{x for x in y}", "use pluck() or where()"),
        ("{x: 1 for x in y}", "use pluck() or where()"),
        ("sum(x for x in y)", "use pluck() or where()"),
        ("f'{x}'", "has a prefix"),
        ("rb'x'", "has a prefix"),
        ("'''x'''", "triple quotation marks"),
        (r"'\d'", r"unknown escape \d"),
        (r"'\x41'", r"unknown escape \x"),
        (r"'\ud800'", "half of a surrogate pair"),
        ("x.clear()", "x.clear() is a method call; write clear(x, …)"),
        ("'a'.format(1)", "is a method call"),
        ("(1).__class__", "begins with two underscores"),
        ("__import__('os')", "there is no function __import__()"),
        ("x.__class__.__mro__", "begins with two underscores"),
        ("x.\uff3f\uff3fclass\uff3f\uff3f", "it cannot be read"),
        ("eval('1')", "there is no function eval()"),
        ("x(1)", "there is no function x()"),
        ("upper(text='a')", "arguments have no names"),
        ("upper(*x)", "a star before an argument is not allowed"),
        ("upper(**x)", "arguments have no names"),
        ("{**x}", "`**` is not allowed; use merge()"),
        ("[*x]", "a star before an argument is not allowed"),
        ("upper()", "upper() is called as upper(text), not with 0 arguments"),
        ("upper('a', 'b')", "not with 2 arguments"),
        ("2 ** 8", "`**` is not allowed"),
        ("1 << 8", "operators on bits are not allowed"),
        ("1 | 2", "operators on bits are not allowed"),
        ("1 ^ 2", "operators on bits are not allowed"),
        ("~1", "operators on bits are not allowed"),
        ("x @ y", "operators on bits are not allowed"),
        ("x is null", "`is` is not allowed; write =="),
        ("x is not null", "`is not` is not allowed; write !="),
        ("x[1:2]", "use slice() or substring()"),
        ("(1, 2)", "square brackets"),
        ("{1, 2}", "an object is written with keys"),
        ("1j", "complex values are not allowed"),
        ("b''", "has a prefix"),
        ("...", "ellipsis values are not allowed"),
        ("0x1F", "numbers are decimal"),
        ("1if x else 2", "numbers are decimal, with a space behind them"),
        ("1e999", "too large for a number"),
        ("99999999999999999999", "does not fit into 64 bits"),
        ("await x", "await is not allowed"),
        ("yield 1", "it cannot be read"),
        ("x ? 1 : 2", "a choice is written `a if condition else b`"),
        ("x && y", "write `and`, `or` and `not`"),
        ("!x", "write `and`, `or` and `not`"),
        ("<order.total> > 5", "a path stands without < and >"),
        ("mail.from == 'x'", 'a key like "from" is written order["from"]'),
        ("'open", "a text is opened and not closed"),
        ("(1", "it cannot be read"),
        ("1)", "it cannot be read"),
        ("x \\ y", "a backslash may stand only inside a text"),
        ("x\0y", "null bytes"),
        ("secrets", "a secret is named as secrets.NAME"),
        ("secrets[x]", "a secret is named as secrets.NAME"),
        ("secrets['A' + 'B']", "a secret is named as secrets.NAME"),
        ("secrets.A.B", "a secret is named as secrets.NAME"),
        ("keys(secrets)", "a secret is named as secrets.NAME"),
    ],
)
def test_what_the_language_does_not_have_is_refused_when_it_is_compiled(source, reason):
    assert reason.lower() in refusal(source).lower()


@pytest.mark.parametrize(
    "source",
    [
        "x" * (limits.SOURCE_LENGTH + 1),
        "+".join(["1"] * 300),
        "(" * 250 + "1" + ")" * 250,
        "[" * 100 + "]" * 100,
        "-" * 3_900 + "1",
        "not " * 900 + "true",
        "x" + "[0]" * 1_200,
        "x" + ".a" * 1_900,
        "[" + "1," * 600 + "]",
        "1 if x else " * 300 + "1",
        "upper(" * 600 + ")" * 600,
    ],
    ids=lambda source: f"{source[:8]} {len(source)}",
)
def test_an_expression_too_long_too_large_or_too_deep_is_refused(source):
    reason = refusal(source)
    assert any(part in reason for part in ("has at most", "has more than", "nests deeper", "many"))


def test_a_method_is_no_key():
    assert compile_expression("x.clear").path == ("x", "clear")


def test_all_faults_of_a_value_are_found_at_once_each_at_its_path():
    value = {
        "a": "{{ x = 1 }} and {{ y.z() }}",
        "b": [{"X-Key": "{{ 1"}, "fine <order.id>"],
        "c d": "<secrets>",
    }
    assert template_faults(value) == {
        "$.a": "{{ y.z() }}: y.z() is a method call; write z(y, …)",
        "$.b[0]['X-Key']": r"{{ has no }} that ends it; write \{{ for the characters",
        "$['c d']": "<secrets>: a secret is named as secrets.NAME, with nothing computed",
    }


def test_a_template_too_long_or_with_too_many_references_is_refused():
    assert "has at most 200000 characters" in template_faults("x" * 200_001)["$"]
    assert "has at most 1000 references" in template_faults("<run.id>, " * 1_001)["$"]


def test_a_value_that_nests_too_deep_is_refused():
    value = "x"
    for _ in range(70):
        value = [value]
    assert "nests deeper than 64 levels" in next(iter(template_faults(value).values()))


@pytest.mark.parametrize("text", ["{{" * 50_000, '{{ "' * 40_000])
def test_expressions_that_never_end_are_one_fault(text):
    assert "has no }} that ends it" in template_faults(text)["$"]


@pytest.mark.parametrize("text", ["\\" * 199_000, "<" * 199_000, "<a" * 99_000, "}}" * 99_000])
def test_marks_that_mean_nothing_stay_text_however_many(text):
    assert resolve(text) == text
