"""One's own account: name, password, sessions."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.form_faults import faults_by_field
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from core.errors import Fault, InvalidError, SignInRefused

DONE = {
    "name": "Your name is changed.",
    "password": "Your password is changed. Every other session of yours has ended.",
}


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/account", index)
    routes.post("/account/name", rename, Permission.VIEW)
    routes.post("/account/password", change_password, Permission.VIEW)
    routes.post("/account/sign-out-everywhere", sign_out_everywhere, Permission.VIEW)


def index(_visit: Visit) -> ResponseReturnValue:
    """The account with its forms."""
    return _page()


def rename(visit: Visit) -> ResponseReturnValue:
    """Changes the name."""
    try:
        visit.service.accounts.rename(visit.user, request.form.get("name", ""))
    except InvalidError as error:
        return _page(error), 422
    return redirect("/account?done=name", 303)


def change_password(visit: Visit) -> ResponseReturnValue:
    """Changes the password; this browser gets a new session, all others lose theirs."""
    old, new = request.form.get("old", ""), request.form.get("password", "")
    try:
        _, token = visit.service.accounts.change_password(visit.user, old, new)
    except SignInRefused as refused:
        return _page(InvalidError("", [Fault("$.old", str(refused))])), 429
    except InvalidError as error:
        return _page(error), 422
    response = make_response(redirect("/account?done=password", 303))
    visit.cookie.remember(response, token)
    return response


def sign_out_everywhere(visit: Visit) -> ResponseReturnValue:
    """Ends every session of the visitor, this one too."""
    visit.service.accounts.sign_out_everywhere(visit.user)
    response = make_response(redirect("/sign-in", 303))
    visit.cookie.forget(response)
    return response


def _page(error: InvalidError | None = None) -> str:
    return render_template(
        "account/index.html",
        done=DONE.get(request.args.get("done", "")),
        given=request.form,
        faults=faults_by_field(error) if error else {},
    )
