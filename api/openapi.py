"""The OpenAPI 3.1 document, generated from the operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from api.operations import Body, Operation, Parameter, Success
from api.rendering import JSON, PROBLEM_JSON
from api.schemas import PROBLEM, component
from core.spec import JsonSchema

VERSION = "1.0.0"
"""The version of the API, not of Penstock."""

_INTRODUCTION = (
    "The key decides the tenant: every call sees and changes what belongs to that tenant alone. "
    "Times are RFC 3339 in UTC. Lists answer `items` and `next`, the cursor of the next page."
)
_HEADERS: Mapping[str, str] = {
    "ETag": "The revision in quotes, for `If-Match`.",
    "Location": "Where what was made can be read.",
    "WWW-Authenticate": "How to present a key.",
    "Retry-After": "After how many seconds to try again.",
    "RateLimit-Policy": "The limits of the key and of the automation, where there are any "
    "(draft-ietf-httpapi-ratelimit-headers-11). Successful answers have it too.",
    "RateLimit": "What is left of these limits. Successful answers have it too.",
}
_PROBLEM_HEADERS: Mapping[int, tuple[str, ...]] = {
    401: ("WWW-Authenticate",),
    403: ("WWW-Authenticate",),
    429: ("Retry-After", "RateLimit-Policy", "RateLimit"),
    503: ("Retry-After",),
}
_NOT_ALWAYS = frozenset({"RateLimit-Policy", "RateLimit"})


def openapi_document(
    operations: Sequence[Operation], schemas: Mapping[str, JsonSchema]
) -> dict[str, Any]:
    """The document for these operations; `schemas` are the components they refer to, by name."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Penstock", "version": VERSION, "description": _INTRODUCTION},
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problem": PROBLEM},
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key."}
            },
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "security": [] if operation.scope is None else [{"key": [operation.scope]}],
        "responses": _responses(operation),
    }
    if operation.description:
        described["description"] = operation.description
    if operation.parameters:
        described["parameters"] = [_parameter(one) for one in operation.parameters]
    if operation.filters:
        described["parameters"] = [*described.get("parameters", ()), _filters(operation)]
    if operation.body is not None:
        described["requestBody"] = _body(operation.body)
    return described


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.place == "path",
        "description": parameter.description,
        "schema": parameter.schema,
    }


def _filters(operation: Operation) -> dict[str, Any]:
    """Parameters of any name, as OpenAPI has them: the members of an object, each on its own."""
    return {
        "name": "filters",
        "in": "query",
        "required": False,
        "style": "form",
        "explode": True,
        "description": operation.filters,
        "schema": {"type": "object", "additionalProperties": {"type": "string"}},
    }


def _body(body: Body) -> dict[str, Any]:
    return {
        "description": body.description,
        "required": body.required,
        "content": {JSON: {"schema": body.schema, "example": body.example}},
    }


def _responses(operation: Operation) -> dict[str, Any]:
    successes = {str(one.status): _success(one) for one in operation.successes}
    problems = {str(status): _problem(status) for status in operation.every_problem()}
    return {**successes, **problems}


def _success(success: Success) -> dict[str, Any]:
    response: dict[str, Any] = {"description": success.description}
    if success.headers:
        response["headers"] = {name: _header(name) for name in success.headers}
    if success.schema is not None:
        response["content"] = {JSON: {"schema": success.schema}}
    return response


def _problem(status: int) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": f"{HTTPStatus(status).phrase}.",
        "content": {PROBLEM_JSON: {"schema": component("Problem")}},
    }
    if status in _PROBLEM_HEADERS:
        # A refusal for another reason than the key's scope challenges nobody, and one for another
        # than a limit has nothing to tell of limits.
        response["headers"] = {
            name: _header(name, required=status != 403 and name not in _NOT_ALWAYS)
            for name in _PROBLEM_HEADERS[status]
        }
    return response


def _header(name: str, *, required: bool = True) -> dict[str, Any]:
    return {"description": _HEADERS[name], "required": required, "schema": {"type": "string"}}
