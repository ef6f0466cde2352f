"""API keys: made, shown once, limited, removed."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.form_faults import faults_by_field
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from core.errors import InvalidError

SCOPES = {
    "trigger": "start automations",
    "read": "read automations, runs and requests",
    "write": "change automations and runs, and read",
    "admin": "everything, with secrets, keys and settings",
}


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/keys", index, Permission.ADMINISTER)
    routes.post("/keys", create, Permission.ADMINISTER)
    routes.post("/keys/<key_id>/limit", limit, Permission.ADMINISTER)
    routes.post("/keys/<key_id>/remove", remove, Permission.ADMINISTER)


def index(visit: Visit) -> ResponseReturnValue:
    """The keys, without their values."""
    return _page(visit)


def create(visit: Visit) -> ResponseReturnValue:
    """Makes a key; its value is shown this once."""
    name, scopes = request.form.get("name", "").strip(), request.form.getlist("scopes")
    try:
        key, value = visit.service.keys.create(visit.tenant, name, scopes, limit=_limit())
    except InvalidError as error:
        return _page(visit, error), 422
    return render_template("keys/created.html", key=key, value=value, scopes=SCOPES)


def limit(visit: Visit, key_id: str) -> ResponseReturnValue:
    """Limits what may be asked for with a key."""
    try:
        visit.service.keys.limit(visit.tenant, key_id, _limit())
    except InvalidError as error:
        return _page(visit, error, limiting=key_id), 422
    return redirect("/keys", 303)


def remove(visit: Visit, key_id: str) -> ResponseReturnValue:
    """Removes a key; it is refused from now on."""
    visit.service.keys.delete(visit.tenant, key_id)
    return redirect("/keys", 303)


def _limit() -> str | None:
    """A rate; an empty field means no limit."""
    return request.form.get("limit", "").strip() or None


def _page(visit: Visit, error: InvalidError | None = None, limiting: str = "") -> str:
    """The page; with faults at the form for a new key, or for the limit of one."""
    return render_template(
        "keys/index.html",
        keys=visit.service.keys.list(visit.tenant),
        scopes=SCOPES,
        given=request.form,
        chosen=request.form.getlist("scopes"),
        limiting=limiting,
        faults=faults_by_field(error) if error else {},
    )
