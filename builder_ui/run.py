"""One run: what happened at each step, and what can be done about it."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.filters import is_part
from builder_ui.moments import absolute
from builder_ui.payloads import payload_of, payload_of_value
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.run_view import RunView, StepView, view_run, view_step
from builder_ui.visits import Visit
from core.errors import NotFoundError
from core.model import RequestEntry


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/runs/<run_id>", show)
    routes.get("/runs/<run_id>/steps/<step_id>", step)
    routes.get("/runs/<run_id>/cancel", ask_cancel, Permission.BUILD)
    routes.post("/runs/<run_id>/cancel", cancel, Permission.BUILD)
    routes.post("/runs/<run_id>/replay", replay, Permission.BUILD)
    routes.post("/runs/<run_id>/sample", save_sample, Permission.BUILD)


def show(visit: Visit, run_id: str) -> ResponseReturnValue:
    """The run; while it goes on, its page asks again for what has changed."""
    view = view_run(visit, run_id)
    if is_part() and request.args.get("stamp") == view.stamp:
        return "", 204
    template = "run/_live.html" if is_part() else "run/show.html"
    opened = view.faulty
    return render_template(
        template,
        view=view,
        event=_event(view),
        saved=request.args.get("saved"),
        opened=opened,
        sent=last_request(visit, opened),
        value=payload_of_value,
        payload=payload_of,
    )


def step(visit: Visit, run_id: str, step_id: str) -> ResponseReturnValue:
    """What a step was given, sent, got and came to."""
    view = view_run(visit, run_id)
    found = view.by_id.get(step_id) or _of_item(visit, view, step_id)
    return render_template(
        "run/_step_body.html" if is_part() else "run/step.html",
        view=view,
        step=found,
        sent=last_request(visit, found),
        value=payload_of_value,
        payload=payload_of,
    )


def _of_item(visit: Visit, view: RunView, key: str) -> StepView:
    """A step in the body of a loop. Raises NotFoundError."""
    step, loop = visit.service.run_items.step(visit.tenant, view.run.id, key)
    return view_step(step, view.sketch, loop)


def ask_cancel(visit: Visit, run_id: str) -> ResponseReturnValue:
    """Asks whether the run is really to end."""
    return render_template("run/cancel.html", view=view_run(visit, run_id))


def cancel(visit: Visit, run_id: str) -> ResponseReturnValue:
    """Ends the run."""
    visit.service.runs.cancel(visit.tenant, run_id)
    return redirect(f"/runs/{run_id}", 303)


def replay(visit: Visit, run_id: str) -> ResponseReturnValue:
    """Runs the same event again, from a step on where the form names one, and shows that run."""
    again = visit.service.runs.replay(visit.tenant, run_id, request.form.get("from_step") or None)
    return redirect(f"/runs/{again.id}", 303)


def save_sample(visit: Visit, run_id: str) -> ResponseReturnValue:
    """Keeps the run's event as a sample of its automation."""
    run = visit.service.runs.get(visit.tenant, run_id).run
    name = f"Run of {absolute(run.created_at)}"
    visit.service.samples.save_of_run(visit.tenant, run.automation_id, run_id, name)
    return redirect(f"/runs/{run_id}?saved=sample", 303)


def last_request(visit: Visit, step: StepView | None) -> RequestEntry | None:
    """What a step sent last, and what it got: with both bodies."""
    if step is None or step.sent is None:
        return None
    try:
        return visit.service.requests.get(visit.tenant, step.sent)
    except NotFoundError:
        return None


def _event(view: RunView) -> dict[str, object] | None:
    event = view.detail.event
    if event is None:
        return None
    body = payload_of_value(event.body) if event.is_json else payload_of(event.raw)
    return {"event": event, "body": body}
