"""The builder: an automation's draft on a canvas, saved as it changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from builder_ui import moments
from builder_ui.alerts import raised_by_automation
from builder_ui.bodies import read_object, take
from builder_ui.palette import catalog
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from core.account_store import AuditFilter
from core.clock import to_rfc3339
from core.errors import NotFoundError, StaleError
from core.model import Automation, Document, StepRun
from core.states import STEP_ENDS
from core.writes import ListQuery
from engine.automation_changes import AutomationDetail
from engine.drafts.differences import differences, layout_differs
from engine.run_details import RunDetail
from engine.step_keys import split_key
from engine.trying.sample_json import event_json

EMPTY: Document = {"format": "penstock/1", "name": "", "trigger": {"type": "webhook"}, "steps": []}


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/automations/<automation_id>", show)
    routes.post("/automations/<automation_id>/draft", save, Permission.BUILD)
    routes.get("/automations/<automation_id>/revision", revision)
    routes.get("/automations/<automation_id>/runs/<run_id>", run_data)


def show(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """The builder over the draft, or over what is live where there is no draft."""
    detail = visit.service.automations.get(visit.tenant, automation_id)
    document = shown_document(detail)
    data = {
        "automation": automation_data(visit, detail.automation),
        "document": document,
        "sketch": visit.service.sketches.sketch(visit.tenant, document),
        "catalog": catalog(visit.service.registry),
        "may_build": visit.may(Permission.BUILD),
        "run": request.args.get("run"),
        "step": request.args.get("step"),
    }
    return render_template(
        "builder/show.html",
        automation=detail.automation,
        data=data,
        alerts=raised_by_automation(visit).get(automation_id, 0),
    )


def save(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """Keeps the draft. 412 tells who changed it meanwhile, and what, and keeps nothing."""
    body = read_object()
    document = take(body, "document", dict)
    known = take(body, "revision", int)
    sketch = visit.service.sketches.sketch(visit.tenant, document)
    try:
        detail, _ = visit.service.automations.put(visit.tenant, automation_id, document, known)
    except StaleError:
        base = take(body, "base", dict, None)
        return _conflict(visit, automation_id, base, sketch)
    return jsonify({"automation": automation_data(visit, detail.automation), "sketch": sketch})


def revision(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """Where the automation stands now, for a builder that is open and knows revision `known`."""
    detail = visit.service.automations.get(visit.tenant, automation_id)
    automation = detail.automation
    answer: dict[str, Any] = {"automation": automation_data(visit, automation)}
    if str(automation.revision) != request.args.get("known"):
        document = shown_document(detail)
        sketch = visit.service.sketches.sketch(visit.tenant, document)
        answer |= {"document": document, "sketch": sketch, **_changer(visit, automation_id)}
    return jsonify(answer)


def run_data(visit: Visit, automation_id: str, run_id: str) -> ResponseReturnValue:
    """A run of the automation as the builder uses it: its event, and what its steps came to."""
    detail = visit.service.runs.get(visit.tenant, run_id)
    if detail.run.automation_id != automation_id:
        raise NotFoundError(f"automation {automation_id} has no run {run_id}")
    event = {} if detail.event is None else event_json(detail.event)
    return jsonify(
        {
            "sample": {"id": None, "name": "the event of the run", "event": event},
            "results": {
                split_key(step.step_id)[0]: _result(step)
                for step in (*detail.steps, *_of_first_items(visit, detail))
                if step.status in STEP_ENDS
            },
        }
    )


def _of_first_items(visit: Visit, detail: RunDetail) -> list[StepRun]:
    """The steps for the first item of each loop: what the builder shows of those in its body."""
    run = detail.run
    first = [visit.service.run_items.items(run.tenant, run.id, loop, 0, 1) for loop in detail.loops]
    return [step for items in first for item in items for step in item.steps]


def shown_document(detail: AutomationDetail) -> Document:
    """The draft; without one what is live; else something to begin with."""
    automation = detail.automation
    return automation.draft or detail.published or {**EMPTY, "name": automation.name}


def automation_data(visit: Visit, automation: Automation) -> dict[str, Any]:
    """What the builder keeps beside the document."""
    next_tick = visit.service.forecasts.next_tick(visit.tenant, automation.id)
    return {
        "id": automation.id,
        "name": automation.name,
        "tenant": automation.tenant,
        "revision": automation.revision,
        "enabled": automation.enabled,
        "published": automation.published,
        "has_draft": automation.draft is not None,
        "hook_base": f"/hooks/{automation.tenant}/",
        "next_tick_at": None if next_tick is None else to_rfc3339(next_tick),
    }


def _result(step: StepRun) -> dict[str, Any]:
    took = (step.finished_at or 0) - (step.started_at or 0) if step.started_at else None
    return {
        "status": step.status,
        "port": step.port,
        "output": step.output,
        "error": step.error,
        "duration": took,
    }


def _conflict(
    visit: Visit, automation_id: str, base: Document | None, sketch: Mapping[str, Any]
) -> Response:
    """What the other editor did, so that this one can decide; nothing was overwritten."""
    detail = visit.service.automations.get(visit.tenant, automation_id)
    theirs = shown_document(detail)
    changes = [] if base is None else [one.words for one in differences(base, theirs)]
    if base is not None and not changes and layout_differs(base, theirs):
        changes = ["the drawing changed"]
    answer = jsonify(
        {
            "automation": automation_data(visit, detail.automation),
            "document": theirs,
            "changes": changes,
            "sketch": sketch,
            **_changer(visit, automation_id),
        }
    )
    answer.status_code = 412
    return answer


def _changer(visit: Visit, automation_id: str) -> dict[str, Any]:
    """Who changed the automation last, and when."""
    which = AuditFilter(subject_kind="automation", subject_id=automation_id)
    newest = visit.service.audit.list(visit.tenant, which, ListQuery(limit=1)).items
    if not newest:
        return {"by": "somebody", "when": "", "verb": ""}
    entry = newest[0]
    mine = entry.actor_id == visit.user.id
    return {
        "by": "you, in another window," if mine else entry.actor_name,
        "when": moments.relative(entry.at, visit.clock.now()),
        "verb": entry.verb.rpartition(".")[2],
    }
