"""Secrets: set, rotated, removed; their values are never shown."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.form_faults import faults_by_field
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from core.errors import Fault, InvalidError


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/secrets", index, Permission.ADMINISTER)
    routes.post("/secrets", create, Permission.ADMINISTER)
    routes.post("/secrets/<name>/rotate", rotate, Permission.ADMINISTER)
    routes.post("/secrets/<name>/remove", remove, Permission.ADMINISTER)


def index(visit: Visit) -> ResponseReturnValue:
    """The secrets by name, and where each is used."""
    return _page(visit)


def create(visit: Visit) -> ResponseReturnValue:
    """Sets a secret that is not there yet."""
    name = request.form.get("name", "").strip()
    try:
        _refuse_known(visit, name)
        visit.service.secrets.put(visit.tenant, name, _value())
    except InvalidError as error:
        return _page(visit, error), 422
    return redirect("/secrets", 303)


def rotate(visit: Visit, name: str) -> ResponseReturnValue:
    """Gives a secret another value."""
    visit.service.secrets.put(visit.tenant, name, _value())
    return redirect("/secrets", 303)


def remove(visit: Visit, name: str) -> ResponseReturnValue:
    """Removes a secret."""
    visit.service.secrets.delete(visit.tenant, name)
    return redirect("/secrets", 303)


def _value() -> str:
    """What was typed; a form sends the ends of lines as CR LF, whatever they were."""
    return request.form.get("value", "").replace("\r\n", "\n")


def _refuse_known(visit: Visit, name: str) -> None:
    """A slip of the hand must not replace what automations use."""
    if any(use.entry.name == name for use in visit.service.secrets.list(visit.tenant)):
        words = "is set already; give it another value in its row below"
        raise InvalidError("the secret cannot be set", [Fault("$.name", words)])


def _page(visit: Visit, error: InvalidError | None = None) -> str:
    wanted = request.args.get("q", "").strip()
    found = visit.service.secrets.list(visit.tenant)
    using = [one for use in found for one in use.subscriptions]
    return render_template(
        "secrets/index.html",
        titles=visit.service.subscriptions.titles(visit.tenant, using),
        secrets=[use for use in found if wanted.casefold() in use.entry.name.casefold()],
        any=bool(found),
        wanted=wanted,
        name=request.form.get("name", ""),
        faults=faults_by_field(error) if error else {},
    )
