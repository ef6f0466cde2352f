"""Subscriptions: their definition as JSON, and a secret that is shown once."""

from __future__ import annotations

from typing import Any

from api.operations import NO_CONTENT, Body, Call, Operation, Parameter, Success
from api.parameters import ID_SCHEMA, PAGING, list_query
from api.schemas import component, page_schema
from core.clock import Milliseconds, to_rfc3339
from core.outcomes import Answer
from engine.events.catalogue import EVENT_TYPES
from engine.events.types import EventType
from engine.replies import JsonReply
from engine.request_json import request_json
from engine.service import Service
from engine.subscriptions.definition import written_definition
from engine.subscriptions.definition_schema import CHANGE_SCHEMA, DEFINITION_SCHEMA, EXAMPLE
from engine.subscriptions.service import SubscriptionDetail

_LIST_PATH = "/api/v1/subscriptions"
_PATH = f"{_LIST_PATH}/{{subscription_id}}"
_ID = Parameter("subscription_id", "path", "The subscription's id.", ID_SCHEMA)
_EVENT_TYPE_SCHEMA = {
    "type": "object",
    "required": ["event_type"],
    "additionalProperties": False,
    "properties": {"event_type": {"enum": list(EVENT_TYPES)}},
}


def subscription_json(detail: SubscriptionDetail) -> dict[str, Any]:
    """A subscription as the API shows it: everything but its secret."""
    one = detail.subscription
    return {
        "id": one.id,
        **written_definition(one),
        "disabled_because": one.disabled_because,
        "failing_since": optional_time(one.failing_since),
        "last_success_at": optional_time(one.last_success_at),
        "pending": detail.counts.pending,
        "dead": detail.counts.dead,
        "previous_secret_until": optional_time(one.previous_secret_until),
        "created_at": to_rfc3339(one.created_at),
        "updated_at": to_rfc3339(one.updated_at),
    }


def optional_time(moment: Milliseconds | None) -> str | None:
    """A moment as the API shows it, where there is one."""
    return None if moment is None else to_rfc3339(moment)


def _list(service: Service, call: Call) -> JsonReply:
    page = service.subscriptions.list(call.tenant, list_query(call))
    items = [subscription_json(detail) for detail in page.items]
    return JsonReply(200, {"items": items, "next": page.next})


def _create(service: Service, call: Call) -> JsonReply:
    detail, secret = service.subscriptions.create(call.tenant, call.body)
    location = ("Location", f"{_LIST_PATH}/{detail.subscription.id}")
    return JsonReply(201, {**subscription_json(detail), "secret": secret}, (location,))


def _get(service: Service, call: Call) -> JsonReply:
    detail = service.subscriptions.get(call.tenant, call.path["subscription_id"])
    return JsonReply(200, subscription_json(detail))


def _change(service: Service, call: Call) -> JsonReply:
    which = call.path["subscription_id"]
    return JsonReply(
        200, subscription_json(service.subscriptions.change(call.tenant, which, call.body))
    )


def _delete(service: Service, call: Call) -> Answer:
    service.subscriptions.delete(call.tenant, call.path["subscription_id"])
    return NO_CONTENT


def _rotate(service: Service, call: Call) -> JsonReply:
    detail, secret = service.subscriptions.rotate(call.tenant, call.path["subscription_id"])
    return JsonReply(200, {**subscription_json(detail), "secret": secret})


def _test(service: Service, call: Call) -> JsonReply:
    which, event_type = call.path["subscription_id"], call.body["event_type"]
    sent = service.event_examples.send(call.tenant, which, event_type)
    shown = None if sent.entry is None else request_json(sent.entry)
    return JsonReply(200, {"delivered": sent.delivered, "reason": sent.reason, "request": shown})


def _event_types(_service: Service, _call: Call) -> JsonReply:
    items = [_event_type_json(one) for one in EVENT_TYPES.values()]
    return JsonReply(200, {"items": items, "next": None})


def _event_type_json(one: EventType) -> dict[str, Any]:
    return {
        "name": one.name,
        "version": one.version,
        "title": one.title,
        "description": one.description,
        "schema": one.schema,
        "example": one.example,
    }


_DEFINITION = Body("The subscription.", DEFINITION_SCHEMA, EXAMPLE)
_CHANGED = Success(200, "The subscription as it is now.", component("Subscription"))

OPERATIONS = (
    Operation(
        id="list_subscriptions",
        method="GET",
        path=_LIST_PATH,
        scope="read",
        summary="List the subscriptions",
        description="The newest first, with how their endpoints do.",
        handle=_list,
        parameters=PAGING,
        successes=(
            Success(200, "A page of subscriptions.", page_schema(component("Subscription"))),
        ),
    ),
    Operation(
        id="create_subscription",
        method="POST",
        path=_LIST_PATH,
        scope="write",
        summary="Subscribe an endpoint to events",
        description="The answer shows the signing secret, this once.",
        handle=_create,
        body=_DEFINITION,
        successes=(
            Success(201, "It is made.", component("NewSubscription"), headers=("Location",)),
        ),
    ),
    Operation(
        id="get_subscription",
        method="GET",
        path=_PATH,
        scope="read",
        summary="Read a subscription",
        handle=_get,
        parameters=(_ID,),
        successes=(Success(200, "The subscription.", component("Subscription")),),
    ),
    Operation(
        id="change_subscription",
        method="PATCH",
        path=_PATH,
        scope="write",
        summary="Change a subscription",
        description="What the body does not name stays as it is, null takes away (JSON Merge "
        "Patch, RFC 7396). What waits for one that is disabled is given up.",
        handle=_change,
        parameters=(_ID,),
        body=Body("What to change.", CHANGE_SCHEMA, {"enabled": True, "payload": None}),
        successes=(_CHANGED,),
        problems=(409,),
    ),
    Operation(
        id="delete_subscription",
        method="DELETE",
        path=_PATH,
        scope="write",
        summary="Remove a subscription",
        description="What waits for it is given up; its past deliveries stay listed.",
        handle=_delete,
        parameters=(_ID,),
        successes=(Success(204, "It is gone."),),
    ),
    Operation(
        id="rotate_subscription",
        method="POST",
        path=f"{_PATH}/rotate",
        scope="write",
        summary="Give it another signing secret",
        description="The answer shows it, this once. For 24 hours the one before signs as well.",
        handle=_rotate,
        parameters=(_ID,),
        successes=(Success(200, "The new secret.", component("NewSubscription")),),
    ),
    Operation(
        id="test_subscription",
        method="POST",
        path=f"{_PATH}/test",
        scope="write",
        summary="Send the example of an event type",
        description="Sent once and at once, also while it is disabled, with `X-Penstock-Test: 1`.",
        handle=_test,
        parameters=(_ID,),
        body=Body("Which type.", _EVENT_TYPE_SCHEMA, {"event_type": "run.failed"}),
        successes=(Success(200, "What came of it.", component("TestAnswer")),),
    ),
    Operation(
        id="list_event_types",
        method="GET",
        path="/api/v1/event-types",
        scope="read",
        summary="List the types of events",
        description="Those that Penstock announces of itself; automations may emit others.",
        handle=_event_types,
        successes=(Success(200, "All of them.", page_schema(component("EventType"))),),
    ),
)
