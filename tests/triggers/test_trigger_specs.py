"""SPECs describe every field, and a configuration's faults are found when it is published."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from jsonschema import Draft202012Validator

from core.errors import ConflictError
from triggers import TRIGGERS, by_name, event, manual, schedule, webhook


def fields_of(schema, path="with"):
    for name, field in schema.get("properties", {}).items():
        if "const" not in field:
            yield f"{path}.{name}", field
            yield from fields_of(field, f"{path}.{name}")
    for branch in schema.get("allOf", []):
        yield from fields_of(branch["then"], path)


def schema_faults(spec, configuration):
    return [
        error.json_path for error in Draft202012Validator(spec.schema).iter_errors(configuration)
    ]


def faults(configuration, kind=webhook):
    assert schema_faults(kind.SPEC, configuration) == []
    return kind.SPEC.check(configuration)


def test_the_kinds_are_registered_under_their_names():
    assert dict(TRIGGERS) == {
        "webhook": webhook,
        "event": event,
        "manual": manual,
        "schedule": schedule,
    }


def test_a_name_that_is_taken_fails():
    twin = SimpleNamespace(SPEC=webhook.SPEC)
    with pytest.raises(ConflictError, match="two trigger kinds are called webhook"):
        by_name(webhook, manual, twin)


@pytest.mark.parametrize("kind", TRIGGERS.values(), ids=TRIGGERS.keys())
def test_a_spec_is_a_valid_schema_that_describes_every_field(kind):
    Draft202012Validator.check_schema(kind.SPEC.schema)
    Draft202012Validator.check_schema(kind.SPEC.output)
    for path, field in fields_of(kind.SPEC.schema):
        assert {"title", "description", "examples"} <= field.keys(), path


@pytest.mark.parametrize("kind", TRIGGERS.values(), ids=TRIGGERS.keys())
def test_defaults_and_examples_hold_their_own_schema(kind):
    for path, field in fields_of(kind.SPEC.schema):
        check = Draft202012Validator(field)
        for sample in [*field["examples"], *([field["default"]] if "default" in field else [])]:
            assert list(check.iter_errors(sample)) == [], path


def test_the_defaults_of_the_schema_are_those_of_the_compiled_trigger():
    properties = webhook.SPEC.schema["properties"]
    written = {name: field["default"] for name, field in properties.items() if "default" in field}
    spelled_out = webhook.compile_trigger({"path": "a", **written})
    assert spelled_out == webhook.compile_trigger({"path": "a"})


@pytest.mark.parametrize(
    ("configuration", "path"),
    [
        ({}, "$"),
        ({"path": "a", "speed": 1}, "$"),
        ({"path": ""}, "$.path"),
        ({"path": "a", "methods": []}, "$.methods"),
        ({"path": "a", "methods": ["HEAD"]}, "$.methods[0]"),
        ({"path": "a", "methods": ["POST", "POST"]}, "$.methods"),
        ({"path": "a", "respond": "later"}, "$.respond"),
        ({"path": "a", "respond_timeout": "soon"}, "$.respond_timeout"),
        ({"path": "a", "max_body": 0}, "$.max_body"),
        ({"path": "a", "max_body": (16 << 20) + 1}, "$.max_body"),
        ({"path": "a", "cors_origins": ["https://a.example/"]}, "$.cors_origins[0]"),
        ({"path": "a", "cors_origins": ["https://a.example\n"]}, "$.cors_origins[0]"),
        ({"path": "a", "auth": {}}, "$.auth"),
        ({"path": "a", "auth": {"type": "magic"}}, "$.auth.type"),
        ({"path": "a", "auth": {"type": "none", "secret": "A"}}, "$.auth"),
        ({"path": "a", "auth": {"type": "basic", "user": "u"}}, "$.auth"),
        ({"path": "a", "auth": {"type": "basic", "user": "u:v", "secret": "A"}}, "$.auth.user"),
        ({"path": "a", "auth": {"type": "hmac", "header": "X", "secret": "a-b"}}, "$.auth.secret"),
        ({"path": "a", "auth": {"type": "hmac", "header": "X\n", "secret": "A"}}, "$.auth.header"),
        (
            {"path": "a", "auth": {"type": "hmac", "header": "X", "secret": "A", "encoding": "b"}},
            "$.auth.encoding",
        ),
    ],
)
def test_the_schema_points_at_the_field_at_fault(configuration, path):
    assert schema_faults(webhook.SPEC, configuration) == [path]


@pytest.mark.parametrize(
    "path", ["orders", "a/b/c", "shops/{shop}/orders/{order_id}", "A.b_c~d-1", "/".join("a" * 20)]
)
def test_a_right_path_has_no_fault(path):
    assert faults({"path": path}) == []


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/orders", "has an empty segment"),
        ("orders/", "has an empty segment"),
        ("a//b", "has an empty segment"),
        ("a/../b", "must not contain the segment '..'"),
        ("./a", "must not contain the segment '.'"),
        ("a b", "has the segment 'a b'; a segment takes letters"),
        ("caf\xe9", "has the segment 'caf\xe9'"),
        ("%2e%2e", "has the segment '%2e%2e'"),
        ("orders-{id}", "has the segment 'orders-{id}'"),
        ("{}", "has the segment '{}'"),
        ("{1st}", "has the segment '{1st}'"),
        ("a\n", "has the segment 'a\\n'"),
        ("{id}/x/{id}", "uses the name {id} more than once"),
        ("/".join("a" * 21), "has 21 segments; at most 20 are taken"),
    ],
)
def test_a_wrong_path_is_told_what_is_wrong(path, message):
    [(field, found)] = faults({"path": path})
    assert field == "path"
    assert message in found


@pytest.mark.parametrize(
    ("configuration", "path", "message"),
    [
        ({"respond_timeout": "0s"}, "respond_timeout", "0s is not between 1ms and 5m"),
        ({"respond_timeout": "5m1ms"}, "respond_timeout", "5m1ms is not between 1ms and 5m"),
        ({"idempotency_window": "8d"}, "idempotency_window", "8d is not between 0s and 7d"),
        (
            {"auth": {"type": "hmac", "header": "X", "secret": "A", "tolerance": "25h"}},
            "auth.tolerance",
            "25h is not between 1s and 1d",
        ),
        ({"cors_origins": ["*", "https://a.example"]}, "cors_origins", "remove the others"),
        ({"cors_origins": ["https://a.example:443"]}, "cors_origins[0]", "scheme's own port"),
    ],
)
def test_a_value_out_of_bounds_is_told_the_bounds(configuration, path, message):
    [(field, found)] = faults({"path": "a", **configuration})
    assert field == path
    assert message in found


@pytest.mark.parametrize(
    ("schema", "path", "message"),
    [
        ({"type": "strin"}, "body_schema.type", "strin"),
        (
            {"properties": {"a b": {"minimum": "1"}}},
            "body_schema.properties['a b'].minimum",
            "a nu",
        ),
        ({"pattern": "("}, "body_schema.pattern", "is not a regular expression"),
        ({"$ref": "https://a.example/s"}, "body_schema['$ref']", "leads outside the schema"),
        ({"items": {"$ref": "other.json"}}, "body_schema.items['$ref']", "leads outside"),
        ({"allOf": [{"$ref": "#/$defs/a"}]}, "body_schema.allOf[0]['$ref']", "leads to nothing"),
        ({"$dynamicRef": "#a"}, "body_schema['$dynamicRef']", "leads to nothing"),
        ({"$ref": "#/allOf/x", "allOf": [True]}, "body_schema['$ref']", "leads to nothing"),
        ({"$ref": "#/x", "x": {"type": 5}}, "body_schema['$ref']", "put it under $defs"),
        ({"$ref": "#/const", "const": {}}, "body_schema['$ref']", "put it under $defs"),
        ({"$ref": "#"}, "body_schema", "leads back to itself"),
        (
            {"$schema": "http://json-schema.org/draft-07/schema#"},
            "body_schema['$schema']",
            "must be https://json-schema.org/draft/2020-12/schema",
        ),
        ({"not": {"$id": "urn:a"}}, "body_schema.not['$id']", "only the whole schema"),
    ],
)
def test_a_schema_that_cannot_be_used_is_told_where_and_why(schema, path, message):
    [(field, found)] = faults({"path": "a", "body_schema": schema})
    assert field == path
    assert message in found


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {},
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "http://[bad"},
        {"$id": "urn:tree", "items": {"$ref": "#"}},
        {"$defs": {"a": {"$anchor": "n", "items": {"$ref": "#n"}}}, "$ref": "#/$defs/a"},
        {"properties": {"$ref": {"type": "string"}, "const": {"$ref": "#/properties/$ref"}}},
        {
            "const": {"$ref": "https://a.example"},
            "enum": [{"$ref": "other"}],
            "default": {"$ref": 1},
        },
    ],
)
def test_a_schema_that_can_be_used_has_no_fault(schema):
    assert faults({"path": "a", "body_schema": schema}) == []


def test_several_faults_are_told_at_once():
    found = faults(
        {"path": "/a b", "respond_timeout": "1h", "body_schema": {"type": 1, "items": 2}}
    )
    assert [path for path, _ in found] == [
        "path",
        "path",
        "body_schema.items",
        "body_schema.type",
        "respond_timeout",
    ]


class TestManual:
    FIELDS = {  # noqa: RUF012
        "properties": {"email": {"$ref": "#/$defs/email"}, "day": {"format": "date"}},
        "required": ["email"],
        "$defs": {"email": {"type": "string", "format": "email"}},
    }

    def test_what_holds_the_form_has_no_fault(self):
        assert faults({"fields": self.FIELDS}, manual) == []
        trigger = manual.compile_trigger({"fields": self.FIELDS})
        assert trigger.check({"email": "a@b.example", "day": "2026-11-21"}) == ()

    def test_what_does_not_is_told_by_field(self):
        trigger = manual.compile_trigger({"fields": self.FIELDS})
        found = dict(trigger.check({"day": "21.11."}))
        assert found.keys() == {"$.day", "$.email"}
        assert found["$.email"] == "is missing"

    @pytest.mark.parametrize("body", [None, [], "a", 1])
    def test_without_fields_any_object_is_taken_and_nothing_else(self, body):
        trigger = manual.compile_trigger({})
        assert trigger.check({"a": 1}) == ()
        assert [path for path, _ in trigger.check(body)] == ["$"]

    @pytest.mark.parametrize(
        ("fields", "path"),
        [
            ({"type": "array"}, "fields.type"),
            ({"properties": {"a": {"type": "x"}}}, "fields.properties.a.type"),
            ({"$ref": "https://a.example"}, "fields['$ref']"),
        ],
    )
    def test_a_form_that_cannot_be_used_is_told_where(self, fields, path):
        assert [found for found, _ in faults({"fields": fields}, manual)] == [path]
