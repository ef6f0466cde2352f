"""Runs: look, cancel, replay."""

from __future__ import annotations

from api.operations import Body, Call, Operation, Parameter, Success
from api.parameters import (
    CURSOR,
    LIMIT,
    PAGING,
    RUN_ID,
    automation_filter,
    list_query,
    moment_parameter,
)
from api.run_json import item_json, run_json, run_row
from api.schemas import component, page_schema
from core.run_store import RunFilter
from core.states import RunStatus
from engine.replies import JsonReply
from engine.service import Service

_LIST_PATH = "/api/v1/runs"
_PATH = "/api/v1/runs/{run_id}"

_FILTERS = (
    automation_filter(),
    Parameter(
        "status",
        "query",
        "Only runs in this state.",
        {"type": "string", "enum": list(RunStatus)},
        RunStatus,
    ),
    moment_parameter("since", "Only runs made at this moment or later."),
    moment_parameter("until", "Only runs made before this moment."),
)

_LOOP = Parameter(
    "step",
    "path",
    "The id of a `for-each` step; of one inside another, followed by the item: `lines[3]`.",
    {"type": "string", "pattern": r"^[a-z][a-z0-9_]{0,63}(\[[0-9]{1,5}\]){0,3}$"},
)
_ITEM_CURSOR = Parameter(
    "cursor", "query", CURSOR.description, {"type": "integer", "minimum": 0, "maximum": 100_000}
)

_REPLAY_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "from_step": {
            "type": "string",
            "description": "This step and all that follow it run again; the results of the others "
            "are kept. Without it everything runs again.",
        }
    },
}


def _list(service: Service, call: Call) -> JsonReply:
    query = call.query
    statuses = frozenset(filter(None, [query["status"]]))
    which = RunFilter(query["automation"], statuses, query["since"], query["until"])
    page = service.runs.list(call.tenant, which, list_query(call))
    return JsonReply(200, {"items": [run_row(run) for run in page.items], "next": page.next})


def _get(service: Service, call: Call) -> JsonReply:
    detail = service.runs.get(call.tenant, call.path["run_id"])
    return JsonReply(200, run_json(detail, service.run_items))


def _items(service: Service, call: Call) -> JsonReply:
    run_id, loop = call.path["run_id"], call.path["step"]
    first, limit = call.query["cursor"] or 0, call.query["limit"]
    found = service.run_items.items(call.tenant, run_id, loop, first, limit + 1)
    following = str(first + limit) if len(found) > limit else None
    return JsonReply(200, {"items": [item_json(one) for one in found[:limit]], "next": following})


def _cancel(service: Service, call: Call) -> JsonReply:
    return JsonReply(200, run_row(service.runs.cancel(call.tenant, call.path["run_id"])))


def _replay(service: Service, call: Call) -> JsonReply:
    run = service.runs.replay(call.tenant, call.path["run_id"], call.body.get("from_step"))
    return JsonReply(201, run_row(run), (("Location", f"{_LIST_PATH}/{run.id}"),))


OPERATIONS = (
    Operation(
        id="list_runs",
        method="GET",
        path=_LIST_PATH,
        scope="read",
        summary="List the runs",
        description="The newest first.",
        handle=_list,
        parameters=(*_FILTERS, *PAGING),
        successes=(Success(200, "A page of runs.", page_schema(component("RunRow"))),),
    ),
    Operation(
        id="get_run",
        method="GET",
        path=_PATH,
        scope="read",
        summary="Read a run with its event and every step",
        handle=_get,
        parameters=(RUN_ID,),
        successes=(Success(200, "The run.", component("Run")),),
    ),
    Operation(
        id="list_run_items",
        method="GET",
        path=f"{_PATH}/steps/{{step}}/items",
        scope="read",
        summary="List the items of a loop in a run",
        description="In the order of the list, with what became of the steps for each.",
        handle=_items,
        parameters=(RUN_ID, _LOOP, _ITEM_CURSOR, LIMIT),
        successes=(Success(200, "A page of items.", page_schema(component("Item"))),),
    ),
    Operation(
        id="cancel_run",
        method="POST",
        path=f"{_PATH}/cancel",
        scope="write",
        summary="End a run",
        handle=_cancel,
        parameters=(RUN_ID,),
        successes=(Success(200, "It is cancelled.", component("RunRow")),),
        problems=(409,),
    ),
    Operation(
        id="replay_run",
        method="POST",
        path=f"{_PATH}/replay",
        scope="write",
        summary="Run the same event again",
        description="A new run of the same event and version, once the run has ended.",
        handle=_replay,
        parameters=(RUN_ID,),
        body=Body("Where to begin.", _REPLAY_SCHEMA, {"from_step": "sync"}, required=False),
        successes=(Success(201, "The new run.", component("RunRow"), ("Location",)),),
        problems=(409,),
    ),
)
