"""One-time links: the first admin's account, an invitation, another password."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.form_faults import faults_by_field
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from core.accounts import Invitation, LinkPurpose
from core.errors import InvalidError, NotFoundError


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/setup/<token>", show_set_up, Permission.ANYBODY)
    routes.post("/setup/<token>", set_up, Permission.ANYBODY)
    routes.get("/invitations/<token>", show, Permission.ANYBODY)
    routes.post("/invitations/<token>", accept, Permission.ANYBODY)


def show_set_up(visit: Visit, token: str) -> ResponseReturnValue:
    """The form of the first admin."""
    return _form(_read(visit, token, set_up=True))


def set_up(visit: Visit, token: str) -> ResponseReturnValue:
    """Makes the first admin and signs in."""
    return _accept(visit, token, _read(visit, token, set_up=True))


def show(visit: Visit, token: str) -> ResponseReturnValue:
    """The form of who was invited, or may choose another password."""
    return _form(_read(visit, token, set_up=False))


def accept(visit: Visit, token: str) -> ResponseReturnValue:
    """Takes the link up and signs in."""
    return _accept(visit, token, _read(visit, token, set_up=False))


def _read(visit: Visit, token: str, *, set_up: bool) -> Invitation:
    link = visit.service.invitations.read(token)
    if (link.purpose is LinkPurpose.SETUP) is not set_up:
        raise NotFoundError("There is no such link.")
    return link


def _accept(visit: Visit, token: str, link: Invitation) -> ResponseReturnValue:
    form = request.form
    try:
        _, session = visit.service.invitations.accept(
            token, form.get("password", ""), form.get("name", ""), form.get("email", "")
        )
    except InvalidError as error:
        return _form(link, error), 422
    response = make_response(redirect("/", 303))
    visit.cookie.remember(response, session)
    return response


def _form(link: Invitation, error: InvalidError | None = None) -> str:
    return render_template(
        "joining/show.html",
        link=link,
        given=request.form,
        faults=faults_by_field(error) if error else {},
    )
