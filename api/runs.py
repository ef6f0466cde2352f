"""Runs: look, cancel, replay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
from api.schemas import component, page_schema
from core.clock import Milliseconds, to_rfc3339
from core.model import Attempt, Event, Run, StepRun
from core.run_store import RunFilter
from core.states import RunStatus
from engine.replies import JsonReply
from engine.run_details import RunDetail
from engine.run_items import ItemState, LoopState, RunItems
from engine.run_timing import Timing
from engine.service import Service
from engine.step_keys import split_key

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

SHOWN_ITEMS = 20
"""Items of each loop whose steps a run is shown with."""

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


def run_row(run: Run) -> dict[str, Any]:
    """A run as a list shows it: without its event, its steps and its output."""
    return {
        "id": run.id,
        "automation_id": run.automation_id,
        "version": run.version,
        "event_id": run.event_id,
        "status": run.status,
        "error": run.error,
        "created_at": to_rfc3339(run.created_at),
        "started_at": _time(run.started_at),
        "finished_at": _time(run.finished_at),
        "replay_of": run.replay_of,
    }


def run_json(detail: RunDetail, run_items: RunItems) -> dict[str, Any]:
    """A run with its event and every step; behind a loop stand the steps of its first items."""
    return {
        **run_row(detail.run),
        "order_key": detail.run.order_key,
        "waits_for": detail.behind,
        "quarantine_key": detail.run.quarantine_key,
        "quarantine_id": detail.quarantine_id,
        "output": detail.run.output,
        "failure": None if detail.failure is None else detail.failure.root,
        "event": None if detail.event is None else event_json(detail.event),
        "timing": timing_json(detail.timing),
        "steps": [
            one for step in detail.steps for one in _step_with_items(step, detail, run_items)
        ],
    }


def item_json(item: ItemState) -> dict[str, Any]:
    """An item of a loop with its steps."""
    return {
        "item": list(split_key(item.entry.step_id)[1]),
        "status": item.entry.status,
        "output": item.entry.output,
        "error": item.entry.error,
        "steps": _steps_of_items([item]),
    }


def timing_json(timing: Timing) -> dict[str, Milliseconds]:
    """Where the time of a run went."""
    return {
        "queued_ms": timing.queued,
        "in_steps_ms": timing.in_steps,
        "between_ms": timing.between,
        "total_ms": timing.total,
    }


def event_json(event: Event) -> dict[str, Any]:
    """An event as the API shows it."""
    return {
        "id": event.id,
        "type": event.type,
        "received_at": to_rfc3339(event.received_at),
        "method": event.method,
        "path": event.path,
        "query": event.query,
        "headers": event.headers,
        "params": event.params,
        "body": event.body,
        "replaces": event.replaces,
    }


def _step_with_items(step: StepRun, detail: RunDetail, run_items: RunItems) -> list[dict[str, Any]]:
    loop, run = detail.loops.get(step.step_id), detail.run
    if loop is None:
        return [_step_json(step)]
    first = run_items.items(run.tenant, run.id, loop.key, 0, SHOWN_ITEMS)
    return [_step_json(step, loop), *_steps_of_items(first)]


def _steps_of_items(items: Sequence[ItemState]) -> list[dict[str, Any]]:
    return [_step_json(step) for item in items for step in item.steps]


def _step_json(step: StepRun, loop: LoopState | None = None) -> dict[str, Any]:
    step_id, path = split_key(step.step_id)
    return {
        "id": step_id,
        "item": list(path),
        "status": step.status,
        "port": step.port,
        "output": step.output,
        "error": step.error,
        "items": None if loop is None else _loop_json(loop),
        "attempts": [_attempt_json(attempt) for attempt in step.attempts],
    }


def _loop_json(loop: LoopState) -> dict[str, Any]:
    return {
        "count": loop.count,
        "succeeded": loop.succeeded,
        "failed": loop.failed,
        "waiting": list(loop.waiting),
    }


def _attempt_json(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "started_at": to_rfc3339(attempt.started_at),
        "duration_ms": attempt.duration,
        "request_id": attempt.request_id,
        "outcome": attempt.outcome,
        "reason": attempt.reason,
    }


def _time(moment: Milliseconds | None) -> str | None:
    return None if moment is None else to_rfc3339(moment)


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
