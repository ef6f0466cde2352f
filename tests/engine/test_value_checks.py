"""A JSON Schema that stands in a step is checked when it is published, and compiled once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.compiler import Compiler
from tests.support.builders import make_document, step
from tests.support.workbench import Workbench
from wiring import action_and_trigger_registry

REGISTRY = action_and_trigger_registry()
SCHEMA = {"required": ["id"], "properties": {"id": {"type": "string"}}}


def checked(schema: Any) -> dict[str, Any]:
    """A webhook whose order is checked; each verdict has an answer of its own."""
    return make_document(
        step(
            "check",
            "validate",
            {"value": "<trigger.body>", "schema": schema},
            next={"valid": ["taken"], "invalid": ["refused"]},
        ),
        step("taken", "respond", {"body": "<steps.check.value.id>"}),
        step("refused", "respond", {"status": 422, "body": "<steps.check.errors>"}),
        trigger={
            "type": "webhook",
            "with": {"path": "orders", "respond": "step"},
            "next": ["check"],
        },
    )


def test_the_verdict_chooses_the_way(bench: Workbench) -> None:
    bench.publish(checked(SCHEMA))

    taken, refused = bench.post({"id": "A-1"}), bench.post({"id": 1})

    assert (taken.status, taken.body) == (200, b"A-1")
    assert refused.status == 422
    assert refused.body == b'[{"path":"$.id","message":"must be a text, not a number"}]'


def test_the_faults_of_a_schema_are_told_when_it_is_published() -> None:
    faults = Compiler(REGISTRY).faults(checked({"properties": {"id": {"pattern": "(?=x)"}}}))

    assert [fault.path for fault in faults] == ["$.steps[0].with.schema.properties.id.pattern"]
    assert "looks ahead" in faults[0].message


def test_a_schema_is_compiled_with_its_version_and_not_in_its_runs() -> None:
    compiled: list[Any] = []

    def compile_schema(schema: Any, root: str) -> Any:
        compiled.append(schema)
        return REGISTRY.compile_schema(schema, root)

    plan = Compiler(replace(REGISTRY, compile_schema=compile_schema)).compile(checked(SCHEMA))
    for _ in range(3):
        plan.steps["check"].params.resolve({"trigger": {"body": {}}})

    assert compiled == [SCHEMA]
