"""Quarantined keys: look at what is held, edit it, discard it, release it."""

from __future__ import annotations

from typing import Any

from api.operations import Body, Call, Operation, Parameter, Success
from api.parameters import ID_SCHEMA, LIMIT, PAGING, RUN_ID, automation_filter, list_query
from api.quarantine_schemas import DISCARD_SCHEMA, RELEASE_SCHEMA
from api.run_json import event_json
from api.schemas import component, page_schema
from core.clock import to_rfc3339
from core.model import Run
from core.quarantine import QuarantinedKey, QuarantineFilter
from engine.quarantine.releases import ReleaseOptions
from engine.quarantine.service import HeldEvent, HeldKey
from engine.replies import JsonReply
from engine.service import Service

_LIST_PATH = "/api/v1/quarantine"
_PATH = "/api/v1/quarantine/{quarantine_id}"

QUARANTINE_ID = Parameter(
    "quarantine_id", "path", "The `id` of the key in quarantine: keys hold any text.", ID_SCHEMA
)
_KEY_FILTER = Parameter(
    "key", "query", "Only this key, as a whole.", {"type": "string", "maxLength": 400}
)
_POSITION = Parameter(
    "cursor",
    "query",
    "Where the page begins: `next` of the page before.",
    {
        "type": "string",
        "pattern": "^[0-9]{1,18}$",
        "x-expected": "a cursor; take it from `next` of the page before",
    },
)


def _key_json(held: QuarantinedKey) -> dict[str, Any]:
    return {
        "id": held.id,
        "automation_id": held.key.automation_id,
        "key": held.key.key,
        "failures": held.failures,
        "failing_since": to_rfc3339(held.failing_since),
        "run_id": held.run_id,
        "error": held.error,
        "held_at": to_rfc3339(held.held_at),
        "held": held.held,
    }


def _key_row(held: HeldKey) -> dict[str, Any]:
    return {**_key_json(held.quarantine), "events": [_run_json(run) for run in held.first]}


def _run_json(run: Run) -> dict[str, Any]:
    return {
        "run_id": run.id,
        "event_id": run.event_id,
        "came_at": to_rfc3339(run.created_at),
        "replay_of": run.replay_of,
    }


def _event_json(held: HeldEvent) -> dict[str, Any]:
    return {
        **_run_json(held.run),
        "event": None if held.event is None else event_json(held.event),
        "original": None if held.original is None else event_json(held.original),
    }


def _list(service: Service, call: Call) -> JsonReply:
    which = QuarantineFilter(call.query["automation"], call.query["key"])
    page = service.quarantine.list(call.tenant, which, list_query(call))
    return JsonReply(200, {"items": [_key_row(one) for one in page.items], "next": page.next})


def _get(service: Service, call: Call) -> JsonReply:
    found = service.quarantine.get(call.tenant, call.path["quarantine_id"])
    return JsonReply(200, _key_json(found))


def _events(service: Service, call: Call) -> JsonReply:
    page = service.quarantine.held(call.tenant, call.path["quarantine_id"], list_query(call))
    return JsonReply(200, {"items": [_event_json(one) for one in page.items], "next": page.next})


def _edit(service: Service, call: Call) -> JsonReply:
    quarantine_id, run_id = call.path["quarantine_id"], call.path["run_id"]
    service.edits.edit(call.tenant, quarantine_id, run_id, call.body)
    return JsonReply(200, _event_json(service.quarantine.event(call.tenant, quarantine_id, run_id)))


def _release(service: Service, call: Call) -> JsonReply:
    options = ReleaseOptions(
        call.body.get("replay_failed", False), call.body.get("live_version", False)
    )
    done = service.releases.release(call.tenant, call.path["quarantine_id"], options)
    return JsonReply(
        200,
        {
            "released": done.released,
            "replayed": list(done.replayed),
            "left_out": list(done.left_out),
        },
    )


def _discard(service: Service, call: Call) -> JsonReply:
    quarantine_id, run_id = call.path["quarantine_id"], call.body.get("run_id")
    reason = call.body.get("reason")
    if run_id is None:
        discarded = service.quarantine.discard_all(call.tenant, quarantine_id, reason)
        return JsonReply(200, {"discarded": discarded})
    service.quarantine.discard(call.tenant, quarantine_id, run_id, reason)
    return JsonReply(200, {"discarded": 1})


OPERATIONS = (
    Operation(
        id="list_quarantine",
        method="GET",
        path=_LIST_PATH,
        scope="read",
        summary="List the keys in quarantine",
        description="The one that began to fail last comes first; each with its first held events.",
        handle=_list,
        parameters=(automation_filter(), _KEY_FILTER, *PAGING),
        successes=(Success(200, "A page of keys.", page_schema(component("QuarantinedKeyRow"))),),
    ),
    Operation(
        id="get_quarantine",
        method="GET",
        path=_PATH,
        scope="read",
        summary="Read a key in quarantine",
        handle=_get,
        parameters=(QUARANTINE_ID,),
        successes=(Success(200, "The key.", component("QuarantinedKey")),),
    ),
    Operation(
        id="list_held_events",
        method="GET",
        path=f"{_PATH}/events",
        scope="read",
        summary="List the held events of a key",
        description="In the order in which they came, which is that in which they will run.",
        handle=_events,
        parameters=(QUARANTINE_ID, _POSITION, LIMIT),
        successes=(Success(200, "A page of events.", page_schema(component("HeldEvent"))),),
    ),
    Operation(
        id="edit_held_event",
        method="PUT",
        path=f"{_PATH}/events/{{run_id}}",
        scope="write",
        summary="Give a held event another body",
        description="The body of the request is the event's new body, any JSON. What came is kept "
        "as `original`; the run stays in its place, whatever its key would be now.",
        handle=_edit,
        parameters=(QUARANTINE_ID, RUN_ID),
        body=Body("The event's new body.", {}, {"customer": {"id": "C-17"}}),
        successes=(Success(200, "The event.", component("HeldEvent")),),
        problems=(409,),
    ),
    Operation(
        id="release_quarantine",
        method="POST",
        path=f"{_PATH}/release",
        scope="write",
        summary="Release a key",
        description="Its held events run in order, one after another where the automation keeps "
        "its events in order.",
        handle=_release,
        parameters=(QUARANTINE_ID,),
        body=Body("How.", RELEASE_SCHEMA, {"replay_failed": True}, required=False),
        successes=(Success(200, "What was set going.", component("Released")),),
        problems=(409,),
    ),
    Operation(
        id="discard_quarantine",
        method="POST",
        path=f"{_PATH}/discard",
        scope="write",
        summary="Discard held events of a key",
        description="One of them or all; their runs end as cancelled. The key stays in quarantine "
        "until it is released.",
        handle=_discard,
        parameters=(QUARANTINE_ID,),
        body=Body("Which, and why.", DISCARD_SCHEMA, {"reason": "test orders"}, required=False),
        successes=(Success(200, "How many.", component("Discarded")),),
        problems=(409,),
    ),
)
