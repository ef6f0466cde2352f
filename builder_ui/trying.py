"""Trying a draft out: what becomes of each step is told while it happens."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from builder_ui.bodies import read_object, take
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.streaming import event_stream
from builder_ui.visits import Visit
from engine.trying.trial_plan import MOST_ITEMS
from engine.trying.trials import Trial


def add_to(routes: Routes) -> None:
    """Adds what executes drafts."""
    routes.post("/automations/<automation_id>/try", try_out, Permission.BUILD)
    routes.get("/automations/<automation_id>/listen", listen, Permission.BUILD)


def try_out(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """Executes the draft, up to a step or one step alone, as server-sent events."""
    body = read_object()
    trial = Trial(
        document=take(body, "document", object),
        event=take(body, "event", dict, None) or {},
        until=take(body, "until", str, None),
        only=take(body, "only", str, None),
        results=take(body, "results", dict, None) or {},
        items=take(body, "items", int, MOST_ITEMS),
    )
    visit.service.automations.get(visit.tenant, automation_id)
    events = visit.service.trials.run(visit.tenant, automation_id, trial, user=visit.user.id)
    return event_stream(events, visit.session())


def listen(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """Waits for the next real request, as server-sent events; the draft as it is stored counts."""
    detail = visit.service.automations.get(visit.tenant, automation_id)
    document = detail.automation.draft or detail.published
    events = visit.service.listeners.listen(
        visit.tenant, automation_id, document, user=visit.user.id
    )
    return event_stream(events, visit.session())
