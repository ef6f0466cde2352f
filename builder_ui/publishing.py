"""From a draft to what is live: what would change, what is wrong, publish, enable, discard."""

from __future__ import annotations

from flask import Response, jsonify, render_template
from flask.typing import ResponseReturnValue

from builder_ui.bodies import read_object, take
from builder_ui.builder import automation_data, shown_document
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from engine.automation_changes import AutomationDetail
from engine.drafts.differences import differences, layout_differs


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    base = "/automations/<automation_id>"
    routes.get(f"{base}/publish", review)
    routes.post(f"{base}/publish", publish, Permission.BUILD)
    routes.post(f"{base}/enabled", set_enabled, Permission.BUILD)
    routes.post(f"{base}/discard", discard, Permission.BUILD)


def review(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """What publishing the draft would change, or what is in its way; a part of the builder."""
    detail = visit.service.automations.get(visit.tenant, automation_id)
    draft, live = detail.automation.draft, detail.published
    return render_template(
        "builder/_publish.html",
        automation=detail.automation,
        faults=visit.service.versions.draft_faults(detail.automation),
        changes=differences(live, draft) if draft is not None and live is not None else (),
        layout=draft is not None and live is not None and layout_differs(live, draft),
    )


def publish(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """Makes the draft live."""
    known = take(read_object(), "revision", int)
    return _now(visit, visit.service.versions.publish(visit.tenant, automation_id, known))


def set_enabled(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """Enables or disables the automation."""
    enabled = take(read_object(), "enabled", bool)
    return _now(visit, visit.service.automations.set_enabled(visit.tenant, automation_id, enabled))


def discard(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """Goes back to what is live."""
    known = take(read_object(), "revision", int)
    return _now(visit, visit.service.automations.discard(visit.tenant, automation_id, known))


def _now(visit: Visit, detail: AutomationDetail) -> Response:
    return jsonify(
        {
            "automation": automation_data(visit, detail.automation),
            "document": shown_document(detail),
        }
    )
