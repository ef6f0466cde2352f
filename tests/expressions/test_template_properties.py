"""Whatever the template and whatever the data: errors are of one kind, and the context stays."""

from __future__ import annotations

import copy
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ExpressionError, InvalidError
from expressions import FUNCTIONS, TemplateMode, compile_expression, compile_value

ROOTS = ["order", "x", "steps", "item", "secrets"]

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(
        ["A-7", "..", "", "12.5", "2026-11-21T09:30:00Z", "%Y", "1h", "\ud800", "e30="]
    )
)
data = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abx"), inner),
    max_leaves=12,
)
contexts = st.dictionaries(st.sampled_from(ROOTS[:-1]), data).flatmap(
    lambda roots: st.just({**roots, "secrets": {"A": "s3cr3t-value"}})
)
paths = st.builds(
    lambda root, keys: ".".join([root, *keys]),
    st.sampled_from(ROOTS),
    st.lists(st.sampled_from(["a", "b", "x", "A", "0", "1"]), max_size=3),
)
literals = st.sampled_from(["1", "0", "2.5", "true", "null", "'a'", "''", "'%Y'", "[]", "{'a': 1}"])


def calls(inner):
    return st.builds(
        lambda name, arguments: f"{name}({', '.join(arguments)})",
        st.sampled_from(sorted(FUNCTIONS)),
        st.lists(inner, min_size=1, max_size=3),
    )


def operations(inner):
    signs = ["+", "-", "*", "/", "//", "%", "==", "!=", "<", ">=", "in", "not in", "and", "or"]
    return st.builds(lambda a, sign, b: f"({a} {sign} {b})", inner, st.sampled_from(signs), inner)


def others(inner):
    return (
        st.builds("[{}, {}]".format, inner, inner)
        | st.builds("{}[{}]".format, inner, inner)
        | st.builds("({} if {} else {})".format, inner, inner, inner)
        | st.builds("(not {})".format, inner)
        | st.builds("{}.a".format, inner)
    )


expressions = st.recursive(
    paths.map(lambda path: path.replace(".0", "[0]").replace(".1", "[1]")) | literals,
    lambda inner: calls(inner) | operations(inner) | others(inner),
    max_leaves=10,
)
templates = st.lists(
    paths.map(lambda path: f"<{path}>")
    | expressions.map(lambda source: f"{{{{ {source} }}}}")
    | st.sampled_from(["<b>", "</b>", "\\", "{", "}}", "/", "?", "a", " ", "<", ">", "https://"]),
    max_size=5,
).map("".join)


def compiled_or_none(compile_one, *arguments):
    try:
        return compile_one(*arguments)
    except InvalidError as error:
        assert all(fault.path.startswith("$") and fault.message for fault in error.faults)
        return None


@settings(max_examples=200)
@given(templates, st.sampled_from(TemplateMode), contexts)
def test_resolving_gives_a_value_or_an_expression_error_and_changes_nothing(text, mode, context):
    compiled = compiled_or_none(compile_value, {"a": [text, "<order>"]}, mode)
    before = copy.deepcopy(context)
    if compiled is not None:
        try:
            resolved = compiled.resolve(context)
        except ExpressionError as error:
            assert "s3cr3t" not in str(error)
        else:
            assert "s3cr3t" not in json.dumps(resolved.masked)
    assert context == before


@settings(max_examples=200)
@given(expressions, contexts)
def test_evaluating_gives_json_or_an_expression_error_and_changes_nothing(source, context):
    compiled = compiled_or_none(compile_expression, source)
    before = copy.deepcopy(context)
    if compiled is not None:
        try:
            first = compiled.evaluate(context)
        except ExpressionError:
            first = None
        else:
            json.dumps(first, allow_nan=False)
            assert compiled.evaluate(context) == first
    assert context == before


@settings(max_examples=200)
@given(st.text(max_size=60) | expressions.map(lambda source: source[::-1]))
def test_any_text_compiles_or_says_why_not(source):
    compiled_or_none(compile_expression, source)
    for mode in TemplateMode:
        compiled_or_none(compile_value, source, mode)
        compiled_or_none(compile_value, f"{{{{{source}}}}}", mode)


@given(st.text())
def test_a_text_without_marks_stays_as_it_is(text):
    plain = text.replace("<", "").replace("{{", "").replace("{{", "")
    if "{{" not in plain:
        assert compile_value(plain, TemplateMode.BODY).resolve({}).value == plain


@given(st.text())
def test_escaping_every_mark_gives_the_text_itself(text):
    escaped = text.replace("\\", "").replace("<", "\\<").replace("{{", "\\{{")
    resolved = compile_value(escaped, TemplateMode.BODY).resolve({"b": 1})
    assert resolved.value == text.replace("\\", "")


@given(data)
def test_a_value_that_is_referred_to_arrives_as_it_is(value):
    assert compile_value("<x>", TemplateMode.BODY).resolve({"x": value}).value is value
