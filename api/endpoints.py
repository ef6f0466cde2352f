"""The endpoints that were called lately, and whether they are spared."""

from __future__ import annotations

from typing import Any

from api.operations import NO_CONTENT, Call, Operation, Parameter, Success
from api.parameters import ID_SCHEMA, PAGING, list_query, page_of
from api.schemas import (
    OPTIONAL_NUMBER,
    OPTIONAL_TEXT,
    OPTIONAL_TIME,
    TEXT,
    TIME,
    component,
    list_of,
    page_schema,
    record,
)
from core.clock import Milliseconds, to_rfc3339
from core.outcomes import Answer
from engine.care.breaker import CircuitState
from engine.care.endpoint import ALERTS, AUTOMATION, SUBSCRIPTION, EndpointView
from engine.replies import JsonReply
from engine.service import Service

_LIST_PATH = "/api/v1/endpoints"

_ENDPOINT_ID = Parameter("endpoint_id", "path", "The endpoint's id.", ID_SCHEMA)
_COUNT = {"type": "integer", "minimum": 0}

SCHEMAS = {
    "Endpoint": record(
        {
            "id": {**TEXT, "description": "Good as long as the process lives."},
            "origin": {
                **TEXT,
                "description": "Scheme, host and port, masked if it is a secret; of a service "
                "that tells people its scheme and host.",
            },
            "state": {
                "enum": list(CircuitState),
                "description": "`closed`: requests go. `open`: none do until `open_until`. "
                "`half_open`: one tries whether it answers again.",
            },
            "open_until": OPTIONAL_TIME,
            "failing_since": OPTIONAL_TIME,
            "in_flight": {**_COUNT, "description": "Requests under way."},
            "concurrency": {
                **OPTIONAL_NUMBER,
                "description": "How many may be at once, where the settings say so.",
            },
            "rate": {
                **OPTIONAL_TEXT,
                "description": "How many may be sent in a time, where the settings say so: `10/s`.",
            },
            "requests": {**_COUNT, "description": "Those that ended within 5 minutes."},
            "failures": {**_COUNT, "description": "How many of them failed."},
            "last_failure": {**OPTIONAL_TEXT, "description": "How the last one failed."},
            "last_failure_at": OPTIONAL_TIME,
            "last_used_at": TIME,
            "used_by": list_of(
                record(
                    {
                        "kind": {
                            "enum": [AUTOMATION, SUBSCRIPTION, ALERTS],
                            "description": "`alerts` are those of the whole tenant.",
                        },
                        "id": TEXT,
                    },
                    "Who called it, the last first.",
                )
            ),
        },
        "An endpoint as the process that answers knows it.",
    )
}


def endpoint_json(endpoint: EndpointView) -> dict[str, Any]:
    """An endpoint as the API shows it."""
    last = endpoint.last_failure
    return {
        "id": endpoint.id,
        "origin": endpoint.origin,
        "state": endpoint.state,
        "open_until": _time(endpoint.open_until),
        "failing_since": _time(endpoint.out_of_order_since),
        "in_flight": endpoint.in_flight,
        "concurrency": endpoint.concurrency,
        "rate": endpoint.rate.text if endpoint.rate else None,
        "requests": endpoint.requests,
        "failures": endpoint.failures,
        "last_failure": last.words if last else None,
        "last_failure_at": _time(last.at if last else None),
        "last_used_at": to_rfc3339(endpoint.last_used_at),
        "used_by": [{"kind": user.kind, "id": user.id} for user in endpoint.used_by],
    }


def _time(moment: Milliseconds | None) -> str | None:
    return None if moment is None else to_rfc3339(moment)


def _list(service: Service, call: Call) -> JsonReply:
    page = page_of(service.endpoints.list(call.tenant), list_query(call), lambda one: one.id)
    return JsonReply(200, {"items": [endpoint_json(one) for one in page.items], "next": page.next})


def _close(service: Service, call: Call) -> Answer:
    service.endpoints.close(call.tenant, call.path["endpoint_id"])
    return NO_CONTENT


OPERATIONS = (
    Operation(
        id="list_endpoints",
        method="GET",
        path=_LIST_PATH,
        scope="read",
        summary="List the endpoints that are called",
        description="Those that were called within a day, in the order in which they were first. "
        "Each process knows its own.",
        handle=_list,
        parameters=PAGING,
        successes=(Success(200, "A page of endpoints.", page_schema(component("Endpoint"))),),
    ),
    Operation(
        id="close_endpoint",
        method="POST",
        path=f"{_LIST_PATH}/{{endpoint_id}}/close",
        scope="write",
        summary="Close the circuit of an endpoint",
        description="Requests go there at once. What waits already comes at its time.",
        handle=_close,
        parameters=(_ENDPOINT_ID,),
        successes=(Success(204, "It is closed."),),
    ),
)
