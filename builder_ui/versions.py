"""What was published: versions, what changed from one to the next, and back to an old one."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.builder import shown_document
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from core.errors import NotFoundError
from core.model import AutomationVersion
from core.writes import ListQuery
from engine.drafts.differences import differences


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    base = "/automations/<automation_id>/versions"
    routes.get(base, index)
    routes.get(f"{base}/<number>", show)
    routes.post(f"{base}/<number>/restore", restore, Permission.BUILD)


def index(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """Every version, the newest first, each with what it changed."""
    detail = visit.service.automations.get(visit.tenant, automation_id)
    query = ListQuery(cursor=request.args.get("cursor"), limit=20)
    page = visit.service.versions.list(visit.tenant, automation_id, query)
    rows = [(version, _changes(visit, version)) for version in page.items]
    return render_template(
        "versions/index.html", automation=detail.automation, rows=rows, next=page.next
    )


def show(visit: Visit, automation_id: str, number: str) -> ResponseReturnValue:
    """One version, and what is otherwise in the draft of now."""
    detail = visit.service.automations.get(visit.tenant, automation_id)
    version = visit.service.versions.get(visit.tenant, automation_id, _number(number))
    return render_template(
        "versions/show.html",
        automation=detail.automation,
        version=version,
        changes=_changes(visit, version),
        since=differences(version.document, shown_document(detail)),
    )


def restore(visit: Visit, automation_id: str, number: str) -> ResponseReturnValue:
    """Makes a version the draft; it goes live only when it is published."""
    visit.service.automations.restore(visit.tenant, automation_id, _number(number))
    return redirect(f"/automations/{automation_id}", 303)


def _changes(visit: Visit, version: AutomationVersion) -> object:
    """What the version changed; None for the first one."""
    if version.version == 1:
        return None
    earlier = visit.service.versions.get(visit.tenant, version.automation_id, version.version - 1)
    return differences(earlier.document, version.document)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise NotFoundError(f"there is no version {text}")
    return int(text)
