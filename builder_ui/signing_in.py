"""Signing in and out."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from core.errors import SignInRefused


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/sign-in", show, Permission.ANYBODY)
    routes.post("/sign-in", sign_in, Permission.ANYBODY)
    routes.post("/sign-out", sign_out, Permission.VIEW)


def show(visit: Visit) -> ResponseReturnValue:
    """The form, or how to get the first account while there is none."""
    if visit.signed_in is not None:
        return redirect(_wanted(), 303)
    return _form(visit)


def sign_in(visit: Visit) -> ResponseReturnValue:
    """Signs in and leads to where the visitor wanted to go."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    try:
        _, token = visit.service.accounts.sign_in(email, password, request.remote_addr or "")
    except SignInRefused as refused:
        return _refuse(visit, refused)
    response = make_response(redirect(_wanted(), 303))
    visit.cookie.remember(response, token)
    return response


def sign_out(visit: Visit) -> ResponseReturnValue:
    """Ends the session."""
    if visit.signed_in is not None:
        visit.service.accounts.sign_out(visit.signed_in.session_id)
    response = make_response(redirect("/sign-in", 303))
    visit.cookie.forget(response)
    return response


def _refuse(visit: Visit, refused: SignInRefused) -> Response:
    response = make_response(_form(visit, str(refused)), 429 if refused.wait else 403)
    if refused.wait:
        response.headers["Retry-After"] = str(refused.wait)
    return response


def _form(visit: Visit, refused: str = "") -> str:
    return render_template(
        "signing_in/show.html",
        refused=refused,
        email=request.form.get("email", ""),
        wanted=_wanted(),
        has_users=visit.service.accounts.has_users(),
    )


def _wanted() -> str:
    """The page to go to: a path of this site, whatever the address says."""
    wanted = request.values.get("next", "/")
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return "/"
    # Browsers take any number of leading slashes, and backslashes too, for those before a host.
    ours = not parts.scheme and wanted.startswith("/") and not wanted.startswith("//")
    return wanted if ours and wanted.isprintable() and "\\" not in wanted else "/"
