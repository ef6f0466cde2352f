"""Publishing finds every fault at once and names its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from core.errors import InvalidError
from engine.compiler import Compiler
from engine.document_schema import document_schema
from tests.support.builders import make_document, on_schedule, send, step
from wiring import action_and_trigger_registry

URL = "https://partner.example"
REGISTRY = action_and_trigger_registry()
COMPILER = Compiler(REGISTRY)


def faults(document: Any) -> dict[str, str]:
    return {fault.path: fault.message for fault in COMPILER.faults(document)}


def test_a_document_without_faults_has_none() -> None:
    assert faults(make_document()) == {}


def test_all_faults_are_told_at_once_each_with_its_path() -> None:
    document = make_document(
        send("sync", URL, with_={"colour": "red", "timeout": "soon"}, next={"sucess": ["answer"]}),
        step("answer", "respnd", {}),
        step("sync", "respond", {"body": "<steps.later.x>"}, next=["nowhere"]),
        {"id": "Bad Id", "action": "respond"},
        name="",
        unknown=1,
    )

    found = faults(document)

    for path in (
        "$.name",
        "$.unknown",
        "$.steps[0].with.colour",
        "$.steps[0].with.timeout",
        "$.steps[0].next.sucess",
        "$.steps[1].action",
        "$.steps[2].id",
        "$.steps[2].with.body",
        "$.steps[2].next.success",
        "$.steps[3].id",
    ):
        assert path in found, path
    assert (
        found["$.steps[0].next.sucess"] == "send-webhook has no port sucess; it has: success, error"
    )


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"format": "penstock/9"}, "$.format", "penstock/1"),
        ({"trigger": {"type": "carrier-pigeon"}}, "$.trigger.type", "webhook"),
        ({"trigger": {"type": "webhook"}}, "$.trigger.with.path", "missing"),
        ({"settings": {"timeout": "tomorrow"}}, "$.settings.timeout", "15s"),
        ({"steps": "none"}, "$.steps", "list"),
        ({"trigger": None}, "$.trigger", "object"),
    ],
)
def test_each_fault_says_what_would_be_right(
    changes: dict[str, Any], path: str, words: str
) -> None:
    assert words in faults(make_document(**changes))[path]


def test_a_circle_is_named() -> None:
    document = make_document(send("a", URL, next=["b"]), send("b", URL, next=["a"]))

    assert faults(document)["$.steps[0].next"] == "the steps lead in a circle: a → b → a"


def test_a_step_nobody_leads_to_is_a_fault() -> None:
    document = make_document(send("a", URL), send("alone", URL))

    assert faults(document) == {"$.steps[1]": "the step alone cannot be reached"}


def test_a_reference_to_a_step_that_has_not_run_is_a_fault() -> None:
    document = make_document(
        send("a", URL, with_={"body": "<steps.b.body>"}, next=["b"]), send("b", URL)
    )

    assert "does not run before a" in faults(document)["$.steps[0].with.body"]


@pytest.mark.parametrize(
    "configured",
    [
        step("keep", "set-values", {"values": {"token": "<secrets.TOKEN>"}}),
        step("answer", "respond", {"body": {"token": "{{ secrets.TOKEN }}"}}),
        step("pick", "choose", {"branches": [{"port": "a", "when": "secrets.TOKEN == 'x'"}]}),
        step("end", "stop", {"status": "failed", "message": "<secrets.TOKEN>"}),
    ],
)
def test_secrets_stand_only_where_something_is_sent(configured: dict[str, Any]) -> None:
    [message] = faults(make_document(configured)).values()

    assert message == "secrets can be used only where something is sent"


def test_a_code_in_two_classes_is_a_fault() -> None:
    codes = {"success": ["200"], "retry": ["200"]}

    assert any(
        "codes" in path for path in faults(make_document(send("a", URL, with_={"codes": codes})))
    )


def test_a_template_that_does_not_parse_is_a_fault_at_its_place() -> None:
    document = make_document(send("a", URL, with_={"headers": {"X-Total": "{{ 1 + }}"}}))

    assert "$.steps[0].with.headers['X-Total']" in faults(document)


def test_a_retry_where_nothing_is_tried_again_is_a_fault() -> None:
    document = make_document(step("a", "respond", {}, retry={"attempts": 2}))

    assert "$.steps[0].retry" in faults(document)


def test_faults_come_as_one_error() -> None:
    with pytest.raises(InvalidError) as raised:
        COMPILER.compile({})

    assert {"$.format", "$.name", "$.trigger"} <= {fault.path for fault in raised.value.faults}


def test_the_published_schema_is_one_and_takes_what_compiles() -> None:
    schema = document_schema(REGISTRY)
    Draft202012Validator.check_schema(schema)

    assert list(Draft202012Validator(schema).iter_errors(make_document(send("a", URL)))) == []
    wrong = make_document(send("a", URL, with_={"colour": "red"}))
    assert list(Draft202012Validator(schema).iter_errors(wrong))


@pytest.mark.parametrize(
    ("configuration", "is_right"),
    [
        ({"every": "15m"}, True),
        ({"cron": "0 9 * * *", "timezone": "Europe/Berlin"}, True),
        ({"every": "15m", "cron": "0 9 * * *"}, False),
        ({"missed": "skip"}, False),
    ],
)
def test_the_published_schema_takes_one_of_several_ways(
    configuration: dict[str, Any], is_right: bool
) -> None:
    found = Draft202012Validator(document_schema(REGISTRY)).is_valid(on_schedule(configuration))
    assert found is is_right


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab<>{}.$", max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "action", "with", "next", "type", "url", "steps", "branches"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.fixed_dictionaries(
        {"format": st.just("penstock/1") | JSON, "name": JSON, "trigger": JSON, "steps": JSON},
        optional={"settings": JSON, "canvas": JSON},
    )
    | JSON
)
@settings(max_examples=200)
def test_whatever_is_sent_gets_faults_and_never_an_exception(document: Any) -> None:
    assert all(path.startswith("$") for path in faults(document))
