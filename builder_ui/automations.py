"""Automations: the list, and how one is made, switched, copied and removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.alerts import raised_by_automation
from builder_ui.examples import example_document, examples
from builder_ui.filters import asked, is_part
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from core import strict_json
from core.automation_store import AutomationFilter
from core.errors import Fault, InvalidError, JsonError
from core.model import Document

_FIELDS = ("text", "tag")
LARGEST_FILE = 2 << 20
"""Bytes of a document that can be brought along."""


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/automations", index)
    routes.get("/automations/new", new, Permission.BUILD)
    routes.post("/automations", create, Permission.BUILD)
    routes.post("/automations/import", bring, Permission.BUILD)
    routes.get("/automations/<automation_id>/export", export)
    routes.post("/automations/<automation_id>/duplicate", duplicate, Permission.BUILD)
    routes.post("/automations/<automation_id>/switch", switch, Permission.BUILD)
    routes.get("/automations/<automation_id>/delete", ask_delete, Permission.BUILD)
    routes.post("/automations/<automation_id>/delete", delete, Permission.BUILD)


def index(visit: Visit) -> ResponseReturnValue:
    """The automations that fit, each with how its last runs went."""
    wanted = asked("/automations", _FIELDS)
    which = AutomationFilter(wanted.get("text"), wanted.get("tag"))
    page = visit.service.overview.automations(visit.tenant, which, wanted.query)
    return render_template(
        "automations/_list.html" if is_part() else "automations/index.html",
        page=page,
        asked=wanted,
        alerts=raised_by_automation(visit),
        tags={tag: tag for tag in visit.service.overview.tags(visit.tenant)},
    )


def new(visit: Visit) -> ResponseReturnValue:
    """The ways to a new automation."""
    return _ways(visit)


def create(visit: Visit) -> ResponseReturnValue:
    """A new automation of a name, or of an example, and its builder."""
    example = request.form.get("example", "")
    if example:
        document = example_document(example, visit.demo_partner)
    else:
        name = " ".join(request.form.get("name", "").split())[:200] or "New automation"
        document = _empty(name)
    detail = visit.service.automations.create(visit.tenant, document)
    return redirect(f"/automations/{detail.automation.id}", 303)


def bring(visit: Visit) -> ResponseReturnValue:
    """A new automation of a document in a file. Faults of a draft are shown by its builder."""
    try:
        document = _brought()
    except InvalidError as error:
        return _ways(visit, error), 422
    detail = visit.service.automations.create(visit.tenant, document)
    return redirect(f"/automations/{detail.automation.id}", 303)


def export(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """The document as a file: the draft, or what is live where there is no draft."""
    detail = visit.service.automations.get(visit.tenant, automation_id)
    document = detail.automation.draft or detail.published or {}
    answer = Response(
        orjson.dumps(document, option=orjson.OPT_INDENT_2), content_type="application/json"
    )
    answer.headers.set("Content-Disposition", "attachment", filename=f"{automation_id}.json")
    return answer


def duplicate(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """A new automation with the same document, not published."""
    detail = visit.service.automations.get(visit.tenant, automation_id)
    document = detail.automation.draft or detail.published or {}
    name = f"{detail.automation.name} (copy)"[-200:]
    made = visit.service.automations.create(visit.tenant, {**document, "name": name})
    return redirect(f"/automations/{made.automation.id}", 303)


def switch(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """Enables or disables an automation."""
    enabled = request.form.get("enabled") == "1"
    visit.service.automations.set_enabled(visit.tenant, automation_id, enabled)
    if is_part():
        return index(visit)
    return redirect("/automations", 303)


def ask_delete(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """Asks whether an automation is really to go, and says what goes with it."""
    detail = visit.service.automations.get(visit.tenant, automation_id)
    live = visit.service.sketches.trigger(visit.tenant, detail.published)
    return render_template("automations/delete.html", detail=detail, trigger=live)


def delete(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """Removes an automation; its runs stay in the list of runs."""
    visit.service.automations.delete(visit.tenant, automation_id)
    return redirect("/automations", 303)


def _ways(visit: Visit, error: InvalidError | None = None) -> str:
    return render_template(
        "automations/new.html",
        examples=examples(),
        has_partner=bool(visit.demo_partner),
        error=error,
    )


def _empty(name: str) -> Document:
    return {
        "format": "penstock/1",
        "name": name,
        "trigger": {"type": "webhook", "with": {"path": _path_of(name)}, "next": []},
        "steps": [],
    }


def _path_of(name: str) -> str:
    """A path below the tenant's trigger URL that a name suggests."""
    letters = "".join(one if one.isascii() and one.isalnum() else " " for one in name.lower())
    return "-".join(letters.split())[:60] or "new"


def _brought() -> Mapping[str, Any]:
    """The document of the form's file or text. Raises InvalidError."""
    file = request.files.get("file")
    raw = file.read(LARGEST_FILE + 1) if file else b""
    raw = raw or request.form.get("document", "").encode()
    if not raw.strip():
        raise InvalidError("Choose a JSON file, or paste the document.")
    if len(raw) > LARGEST_FILE:
        raise InvalidError(f"The file is larger than {LARGEST_FILE >> 20} MiB.")
    try:
        document = strict_json.loads(raw)
    except JsonError as error:
        raise InvalidError(f"That is no JSON: {error}") from None
    if not isinstance(document, dict) or "format" not in document:
        raise InvalidError(
            "That is JSON, but no automation.",
            [Fault("$.format", 'must be "penstock/1": an exported automation begins so')],
        )
    return document
