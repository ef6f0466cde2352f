"""The OpenAPI document is right, and the API does what it says."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import schemathesis
from hypothesis import settings
from jsonschema import Draft202012Validator
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test

from api.openapi import openapi_document
from api.operations import Operation
from api.table import OPERATIONS, SCHEMAS
from tests.support.site import Site

DOCS = Path(__file__).parents[2] / "docs" / "http-api.md"

TAKEN = ["2xx", "401", "403", "404", "409", "400", "412"]
"""The answers to calls that fit the document. What it cannot say: integers of more than 64 bits
(400), a precondition (412)."""
WITH_TEMPLATES = ["create_subscription", "change_subscription"]
"""Take templates, whose faults (422) no schema can tell."""
LIMITING = ["change_settings"]
"""May limit its own tenant's calls."""
BESIDE_AN_ID = ["replay_deliveries"]
"""Stands where an id could stand, so that `Allow` names the methods of both."""


def checks(*statuses: str) -> dict[str, object]:
    return {"positive_data_acceptance": {"expected-statuses": [*TAKEN, *statuses]}}


schema = schemathesis.openapi.from_dict(
    openapi_document(OPERATIONS, SCHEMAS),
    config=schemathesis.Config.from_dict(
        {
            "checks": checks(),
            "operations": [
                {"include-operation-id": WITH_TEMPLATES, "checks": checks("422")},
                {"include-operation-id": LIMITING, "checks": checks("429")},
                {
                    "include-operation-id": BESIDE_AN_ID,
                    "checks": {"allow_header_conformance": {"enabled": False}},
                },
            ],
        }
    ),
)


KeyFor = Callable[[str], str]


@pytest.fixture(scope="module")
def key_for(shared_site: Site) -> KeyFor:
    """A key to call an operation with, of a tenant that no other operation changes."""

    @cache
    def make(operation: str) -> str:
        tenant = "calls-" + operation.replace("_", "-")
        shared_site.service.tenants.create(tenant, operation)
        return shared_site.caller(tenant).key

    return make


# `schema.parametrize()` makes every case, which takes long, in each process that collects tests.
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_every_answer_is_as_described(
    operation: Operation, shared_site: Site, key_for: KeyFor
) -> None:
    described = schema[operation.path][operation.method]
    described.schema.app = described.app = shared_site.flask
    authorization = {"Authorization": f"Bearer {key_for(operation.id)}"}

    def answer_is_as_described(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=authorization)

    build_operation_test(
        config=schema.config,
        operation=described,
        test_func=answer_is_as_described,
        given_kwargs={},
        feedback=FeedbackSources(constants_value_source=None),
        explicit_settings=settings(max_examples=15, derandomize=True, database=None),
    )()


def test_the_description_is_served_to_everybody(shared_site: Site) -> None:
    served = shared_site.anybody.get("/api/openapi.json")
    assert served.status_code == 200
    assert served.json["openapi"].startswith("3.1")
    described = {
        (method.upper(), path) for path, item in served.json["paths"].items() for method in item
    }
    assert described == {(operation.method, operation.path) for operation in OPERATIONS}


def test_the_schema_of_documents_is_served_to_everybody(shared_site: Site) -> None:
    served = shared_site.anybody.get("/api/v1/schema")
    assert served.status_code == 200
    Draft202012Validator.check_schema(served.json)
    assert "format" in served.json["properties"]


def test_every_operation_has_an_id_of_its_own() -> None:
    assert len({operation.id for operation in OPERATIONS}) == len(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_the_guide_tells_of_every_operation(operation: Operation) -> None:
    text = DOCS.read_text()
    assert f"`{operation.method} {operation.path}`" in text
    for parameter in operation.placed("query"):
        assert f"`{parameter.name}`" in text
