"""Secrets: resolved into what is sent, masked in its twin, and never told by an error."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from expression_samples import (
    BODY,
    HEADER,
    SECRET,
    URL,
    failure,
    make_context,
    resolved,
    template_failure,
)

from core.errors import ExpressionError
from expressions import compile_expression, compile_value

MARKER = "[secret:TOKEN]"


@pytest.mark.parametrize(
    ("template", "value", "masked"),
    [
        ("<secrets.TOKEN>", SECRET, MARKER),
        ("Bearer <secrets.TOKEN>", f"Bearer {SECRET}", f"Bearer {MARKER}"),
        ("{{ secrets.TOKEN }}", SECRET, MARKER),
        ("{{ secrets['TOKEN'] }}", SECRET, MARKER),
        ("<order.id>:{{ upper(secrets.TOKEN) }}", f"A-7:{SECRET.upper()}", f"A-7:{MARKER}"),
        ("{{ length(secrets.TOKEN) }}", 14, MARKER),
        ("{{ {'key': secrets.TOKEN} }}", {"key": SECRET}, MARKER),
    ],
)
def test_the_twin_has_a_marker_where_the_value_has_a_secret(template, value, masked):
    found = resolved({"a": [template, "<order.id>"]})
    assert found.value == {"a": [value, "A-7"]}
    assert found.masked == {"a": [masked, "A-7"]}


def test_the_marker_names_every_secret_an_expression_uses():
    secrets = {"USER": "anna", "PASSWORD": "hunter22"}
    template = "Basic {{ base64_encode(secrets.USER + ':' + secrets.PASSWORD) }}"
    found = resolved(template, HEADER, secrets=secrets)
    assert found.value == "Basic YW5uYTpodW50ZXIyMg=="
    assert found.masked == "Basic [secret:PASSWORD][secret:USER]"
    assert found.sensitive == (("YW5uYTpodW50ZXIyMg==", "[secret:PASSWORD][secret:USER]"),)


def test_without_secrets_the_twin_is_the_value_itself():
    found = resolved({"a": ["<order.id> x", "{{ order.count }}"]})
    assert found.masked is found.value
    assert found.sensitive == ()


def test_what_was_made_from_secrets_is_listed_so_that_an_echo_can_be_masked():
    found = resolved({"a": "<secrets.TOKEN>", "b": "{{ split(secrets.TOKEN, '/') + [5, true] }}"})
    assert set(found.sensitive) == {
        (SECRET, MARKER),
        ("s3cr3t", MARKER),
        ("valüe+1", MARKER),
        ("5", MARKER),
    }


def test_an_expression_with_a_secret_is_evaluated_once():
    class CountedSecrets(Mapping[str, str]):
        reads = 0

        def __getitem__(self, name):
            self.reads += 1
            return {"TOKEN": SECRET}[name]

        def __iter__(self):
            return iter(["TOKEN"])

        def __len__(self):
            return 1

    secrets = CountedSecrets()
    found = resolved({"a": "<secrets.TOKEN>", "b": "x {{ lower(secrets.TOKEN) }}"}, secrets=secrets)
    assert found.masked == {"a": MARKER, "b": f"x {MARKER}"}
    assert secrets.reads == 2


def test_where_nothing_is_sent_a_secret_cannot_be_read():
    context = make_context()
    del context["secrets"]
    compiled = compile_value("x <secrets.TOKEN>", BODY)
    with pytest.raises(ExpressionError, match="secrets resolve only in what is sent"):
        compiled.resolve(context)


def test_the_uses_of_a_secret_are_listed():
    compiled = compile_value({"a": "x <secrets.A>", "b": "{{ secrets.B + secrets['A'] }}"}, HEADER)
    assert [(each.path, each.where) for each in compiled.references] == [
        (("secrets", "A"), "$.a"),
        (("secrets", "B"), "$.b"),
        (("secrets", "A"), "$.b"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "number(secrets.TOKEN)",
        "date(secrets.TOKEN)",
        "add_time('2026-01-01T00:00:00Z', secrets.TOKEN)",
        "parse_json(secrets.TOKEN)",
        "parse_json('[' + secrets.TOKEN)",
        "sum([secrets.TOKEN])",
        "secrets.TOKEN + 1",
        "secrets.TOKEN and true",
        "-secrets.TOKEN",
        "order[secrets.TOKEN]",
        "get(order, secrets.TOKEN)",
        "{secrets.TOKEN: 1}.x",
        "pluck([{secrets.TOKEN: 1}], 'x')",
        "pluck(order.lines, secrets.TOKEN)",
        "round(secrets.TOKEN)",
        "format_date('2026-01-01T00:00:00Z', '%Y', secrets.TOKEN)",
        "date('x', secrets.TOKEN)",
        "sort([1, secrets.TOKEN])",
        "sha256('a', secrets.TOKEN)",
    ],
)
def test_no_error_shows_a_secret(source):
    message = failure(source)
    assert "s3cr3t" not in message
    assert "valüe" not in message


def test_no_error_of_a_url_or_header_shows_a_secret():
    secrets = {"BASE": "https://user:hunter22@p.example/\n"}
    assert "hunter22" not in template_failure("<secrets.BASE>/x", URL, secrets=secrets)
    assert "hunter22" not in template_failure({"X-A": "<secrets.BASE>"}, HEADER, secrets=secrets)


def test_a_condition_on_a_secret_does_not_show_it():
    with pytest.raises(ExpressionError) as caught:
        compile_expression("secrets.TOKEN").holds(make_context())
    assert "s3cr3t" not in str(caught.value)


def test_an_expression_with_a_secret_does_not_give_a_great_many_values():
    message = template_failure("{{ x + [secrets.TOKEN] }}", x=list(range(200)))
    assert "an expression that uses a secret gives at most 100 values" in message


@pytest.mark.parametrize("character", ["\r", "\n", "\0"])
@pytest.mark.parametrize("template", ["<x>", "a <x>", "{{ x }}", "{{ ['a', x] }}"])
def test_a_line_break_in_a_header_is_an_error_that_names_the_header(template, character):
    message = template_failure({"X-Order": template}, HEADER, x=f"a{character}b")
    assert message.startswith("$['X-Order']: a header cannot hold a line break or NUL")
