"""Every action describes itself well enough for forms, editors and checks."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from actions import ACTIONS, by_name, choose, send_webhook
from core.errors import ConflictError

TEMPLATE_KINDS = {"url", "query", "header", "body", "text", "condition"}
EVERY = pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS.keys())


def fields_of(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, field in schema.get("properties", {}).items():
        yield f"{path}.{name}", field
        yield from fields_of(field, f"{path}.{name}")
        if isinstance(field.get("items"), dict):
            yield from fields_of(field["items"], f"{path}.{name}[]")


def test_the_registry_holds_the_actions_of_the_design_under_their_names():
    assert list(ACTIONS) == [
        "send-webhook",
        "empty-ping",
        "send-notification",
        "respond",
        "set-values",
        "parse",
        "validate",
        "choose",
        "for-each",
        "emit-event",
        "run-automation",
        "wait",
        "wait-for-callback",
        "approve",
        "create-record",
        "update-record",
        "find-records",
        "delete-record",
        "stop",
    ]
    assert all(name == action.SPEC.name for name, action in ACTIONS.items())


def test_a_second_action_of_the_same_name_fails_at_start():
    class Twin:
        SPEC = choose.SPEC
        run = staticmethod(choose.run)

    with pytest.raises(ConflictError, match="two actions are called choose"):
        by_name(choose, send_webhook, Twin())


@EVERY
def test_the_schemas_are_json_schema_2020_12(action):
    Draft202012Validator.check_schema(action.SPEC.schema)
    Draft202012Validator.check_schema(action.SPEC.output)
    assert action.SPEC.schema["additionalProperties"] is False


@EVERY
def test_every_field_is_titled_and_described(action):
    for path, field in fields_of(action.SPEC.schema):
        assert field.get("title"), path
        assert field.get("description", "").endswith("."), path
        assert "examples" in field or field.get("type") == "boolean", path


@EVERY
def test_every_field_of_the_output_is_described(action):
    for path, field in fields_of(action.SPEC.output):
        assert field.get("description", "").endswith("."), path


@EVERY
def test_every_pattern_says_in_words_what_is_expected(action):
    for path, field in fields_of(action.SPEC.schema):
        for schema in (field, field.get("items", {}), field.get("propertyNames", {})):
            assert "pattern" not in schema or schema.get("x-expected"), path


@EVERY
def test_defaults_and_examples_are_valid(action):
    for path, field in fields_of(action.SPEC.schema):
        shown = [*field.get("examples", []), *([field["default"]] if "default" in field else [])]
        for value in shown:
            faults = list(Draft202012Validator(field).iter_errors(value))
            assert not faults, (path, value)


@EVERY
def test_templates_are_of_a_known_kind_and_secrets_stand_only_in_what_is_sent(action):
    for path, field in fields_of(action.SPEC.schema):
        assert field.get("x-template", "text") in TEMPLATE_KINDS, path
        if "x-secrets" in field:
            assert action.SPEC.effect, path
            assert field["x-template"] in {"url", "query", "header", "body"}, path


def test_no_action_imports_another():
    modules = {Path(inspect.getfile(action)).stem for action in ACTIONS.values()}
    for action in ACTIONS.values():
        tree = ast.parse(inspect.getsource(action))
        imported = {
            alias.name if node.module == "actions" else node.module.removeprefix("actions.")
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }
        assert not imported & modules, action.SPEC.name


@pytest.mark.parametrize("name", ["send-webhook", "empty-ping"])
def test_sending_steps_act_outside_retry_and_say_how_long_they_may_take(name):
    spec = ACTIONS[name].SPEC
    assert spec.effect
    assert spec.retries
    assert spec.longest({"url": "https://partner.example"}) == 15_000
    assert spec.longest({"url": "https://partner.example", "timeout": "1m30s"}) == 90_000
    assert spec.detached({"url": "https://partner.example", "wait": False})
    assert not spec.detached({"url": "https://partner.example"})


def test_only_steps_that_reach_others_or_change_records_act_outside():
    assert {name for name, action in ACTIONS.items() if action.SPEC.effect} == {
        "send-webhook",
        "empty-ping",
        "approve",
        "send-notification",
        "create-record",
        "update-record",
        "delete-record",
    }


def test_an_empty_ping_takes_no_body():
    fields = ACTIONS["empty-ping"].SPEC.schema["properties"]
    assert "body" not in fields
    assert "body_type" not in fields
