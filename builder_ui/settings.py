"""Settings: the tenant's name, its switches and limits, and where its triggers are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.form_faults import faults_within
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.schema_fields import groups_of, read_form, syntax_faults
from builder_ui.usage import usage_lines
from builder_ui.visits import Visit
from core.errors import InvalidError
from engine.settings import SETTINGS_SCHEMA
from engine.settings_patch import patch_to

DONE = {"name": "The name is changed.", "settings": "The settings are saved."}


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/settings", index, Permission.ADMINISTER)
    routes.post("/settings", change, Permission.ADMINISTER)
    routes.post("/settings/name", rename, Permission.ADMINISTER)


def index(visit: Visit) -> ResponseReturnValue:
    """The settings as a form."""
    return _page(visit)


def change(visit: Visit) -> ResponseReturnValue:
    """Changes switches and limits; what is left empty gets its default back."""
    wanted = read_form(SETTINGS_SCHEMA, request.form)
    try:
        if faults := syntax_faults(SETTINGS_SCHEMA, request.form):
            raise InvalidError("the settings cannot be read", faults)
        current = visit.service.settings.get(visit.tenant)
        visit.service.settings.change(visit.tenant, patch_to(current, wanted))
    except InvalidError as error:
        return _page(visit, error, wanted), 422
    return redirect("/settings?done=settings", 303)


def rename(visit: Visit) -> ResponseReturnValue:
    """Gives the tenant another name."""
    try:
        visit.service.tenants.rename(visit.tenant, request.form.get("name", ""))
    except InvalidError as error:
        return _page(visit, error), 422
    return redirect("/settings?done=name", 303)


def _page(
    visit: Visit, error: InvalidError | None = None, typed: Mapping[str, Any] | None = None
) -> str:
    values = visit.service.settings.get(visit.tenant) if typed is None else typed
    groups = groups_of(SETTINGS_SCHEMA, values)
    usage = visit.service.usage.report(visit.tenant)
    fields = [field.name for group in groups for field in group.fields]
    return render_template(
        "settings/index.html",
        tenant=visit.service.tenants.get(visit.tenant),
        groups=groups,
        usage=usage,
        usage_lines=usage_lines(usage),
        done=DONE.get(request.args.get("done", "")),
        trigger_url=f"{visit.base_url}/hooks/{visit.tenant}/",
        faults=faults_within(error, fields) if error else {},
    )
