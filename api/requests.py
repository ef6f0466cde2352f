"""The request log: what was sent and what came back, masked."""

from __future__ import annotations

from api.operations import Call, Operation, Parameter, Success
from api.parameters import ID_SCHEMA, PAGING, list_query, moment_parameter
from api.schemas import (
    OPTIONAL_NUMBER,
    OPTIONAL_TEXT,
    TEXT,
    TEXTS_BY_NAME,
    TIME,
    component,
    page_schema,
    record,
)
from core.request_store import RequestFilter
from engine.replies import JsonReply
from engine.request_json import request_json, request_row
from engine.service import Service

_LIST_PATH = "/api/v1/requests"

_REQUEST_ID = Parameter("request_id", "path", "The request's id.", ID_SCHEMA)
_FILTERS = (
    Parameter(
        "direction",
        "query",
        "Only what came in, or only what went out.",
        {"type": "string", "enum": ["in", "out"]},
    ),
    Parameter("run", "query", "Only the requests of this run.", ID_SCHEMA),
    Parameter(
        "status",
        "query",
        "Only those answered with this HTTP status.",
        {"type": "integer", "minimum": 100, "maximum": 599},
    ),
    moment_parameter("since", "Only those that began at this moment or later."),
)

_ENCODING = {
    "enum": ["utf-8", "base64", None],
    "description": "How the body stands here: as its text, or in base64 where it is no UTF-8.",
}
_ROW_MEMBERS = {
    "id": TEXT,
    "direction": {"enum": ["in", "out"]},
    "method": TEXT,
    "url": TEXT,
    "started_at": TIME,
    "duration_ms": OPTIONAL_NUMBER,
    "request_headers": TEXTS_BY_NAME,
    "status": OPTIONAL_NUMBER,
    "response_headers": {**TEXTS_BY_NAME, "type": ["object", "null"]},
    "error": OPTIONAL_TEXT,
    "automation_id": OPTIONAL_TEXT,
    "event_id": OPTIONAL_TEXT,
    "run_id": OPTIONAL_TEXT,
    "step_id": OPTIONAL_TEXT,
    "attempt": OPTIONAL_NUMBER,
    "remote_address": OPTIONAL_TEXT,
    "delivery_id": OPTIONAL_TEXT,
}
_BODY_MEMBERS = {
    "request_body": OPTIONAL_TEXT,
    "request_body_encoding": _ENCODING,
    "response_body": OPTIONAL_TEXT,
    "response_body_encoding": _ENCODING,
}
SCHEMAS = {
    "RequestRow": record(_ROW_MEMBERS, "An HTTP request in or out, without the bodies."),
    "Request": record({**_ROW_MEMBERS, **_BODY_MEMBERS}, "An HTTP request in or out."),
}


def _list(service: Service, call: Call) -> JsonReply:
    query = call.query
    which = RequestFilter(query["direction"], query["run"], query["status"], query["since"])
    page = service.requests.list(call.tenant, which, list_query(call))
    return JsonReply(200, {"items": [request_row(row) for row in page.items], "next": page.next})


def _get(service: Service, call: Call) -> JsonReply:
    return JsonReply(200, request_json(service.requests.get(call.tenant, call.path["request_id"])))


OPERATIONS = (
    Operation(
        id="list_requests",
        method="GET",
        path=_LIST_PATH,
        scope="read",
        summary="List the requests in and out",
        description="The newest first. Secrets and credentials are masked.",
        handle=_list,
        parameters=(*_FILTERS, *PAGING),
        successes=(Success(200, "A page of requests.", page_schema(component("RequestRow"))),),
    ),
    Operation(
        id="get_request",
        method="GET",
        path="/api/v1/requests/{request_id}",
        scope="read",
        summary="Read what was sent and what came back",
        handle=_get,
        parameters=(_REQUEST_ID,),
        successes=(Success(200, "The request.", component("Request")),),
    ),
)
