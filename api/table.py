"""Every operation of the API: routes, checks, the OpenAPI document and tests walk this table."""

from __future__ import annotations

from collections.abc import Mapping

from api import (
    alerts,
    automation_operations,
    automation_schemas,
    channel,
    collections,
    deliveries,
    endpoints,
    health,
    keys,
    quarantine,
    quarantine_schemas,
    record_operations,
    requests,
    run_schemas,
    runs,
    secrets,
    settings,
    subscription_schemas,
    subscriptions,
    usage,
)
from api.openapi import openapi_document
from api.operations import Call, Operation, Success
from core.spec import JsonSchema
from engine.replies import JsonReply
from engine.service import Service

SCHEMAS: Mapping[str, JsonSchema] = {
    **automation_schemas.SCHEMAS,
    **run_schemas.SCHEMAS,
    **alerts.SCHEMAS,
    **requests.SCHEMAS,
    **collections.SCHEMAS,
    **record_operations.SCHEMAS,
    **secrets.SCHEMAS,
    **keys.SCHEMAS,
    **channel.SCHEMAS,
    **subscription_schemas.SCHEMAS,
    **usage.SCHEMAS,
    **quarantine_schemas.SCHEMAS,
    **endpoints.SCHEMAS,
}


def _openapi(_service: Service, _call: Call) -> JsonReply:
    return JsonReply(200, openapi_document(OPERATIONS, SCHEMAS))


def _document_schema(service: Service, _call: Call) -> JsonReply:
    return JsonReply(200, service.document_schema)


_DESCRIPTIONS = (
    Operation(
        id="openapi",
        method="GET",
        path="/api/openapi.json",
        scope=None,
        summary="This description of the API",
        handle=_openapi,
        successes=(Success(200, "The document, OpenAPI 3.1.", {"type": "object"}),),
    ),
    Operation(
        id="document_schema",
        method="GET",
        path="/api/v1/schema",
        scope=None,
        summary="The JSON Schema of an automation document",
        description="An editor completes documents with it.",
        handle=_document_schema,
        successes=(Success(200, "The JSON Schema (2020-12).", {"type": "object"}),),
    ),
)

OPERATIONS: tuple[Operation, ...] = (
    *automation_operations.OPERATIONS,
    *runs.OPERATIONS,
    *alerts.OPERATIONS,
    *requests.OPERATIONS,
    *quarantine.OPERATIONS,
    *collections.OPERATIONS,
    *record_operations.OPERATIONS,
    *secrets.OPERATIONS,
    *settings.OPERATIONS,
    *keys.OPERATIONS,
    *channel.OPERATIONS,
    *subscriptions.OPERATIONS,
    *deliveries.OPERATIONS,
    *usage.OPERATIONS,
    *endpoints.OPERATIONS,
    *_DESCRIPTIONS,
    *health.OPERATIONS,
)
