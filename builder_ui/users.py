"""Users: who may sign in, as what, and the links that let them."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.form_faults import faults_by_field
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from core.accounts import Invitation, Role
from core.errors import ConflictError, Fault, InvalidError

ROLES = {
    Role.ADMIN: "Admin: everything, with users, secrets and keys",
    Role.IMPLEMENTER: "Implementer: builds automations and handles runs",
    Role.VIEWER: "Viewer: looks, and changes nothing",
}


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    needs = Permission.ADMINISTER
    routes.get("/users", index, needs)
    routes.post("/users/invitations", invite, needs)
    routes.post("/users/invitations/<invitation_id>/withdraw", withdraw, needs)
    routes.post("/users/<user_id>/role", change_role, needs)
    routes.post("/users/<user_id>/disable", disable, needs)
    routes.post("/users/<user_id>/enable", enable, needs)
    routes.post("/users/<user_id>/reset", reset, needs)


def index(visit: Visit) -> ResponseReturnValue:
    """Users, and invitations that nobody has taken yet."""
    return _page(visit)


def invite(visit: Visit) -> ResponseReturnValue:
    """Makes an invitation; its link is shown this once."""
    email = request.form.get("email", "")
    try:
        role = _role()
        link, token = visit.service.invitations.invite(visit.tenant, email, role)
    except InvalidError as error:
        return _page(visit, error), 422
    except ConflictError as error:
        return _page(visit, InvalidError("", [Fault("$.email", str(error))])), 409
    return _show_link(visit, link, token)


def withdraw(visit: Visit, invitation_id: str) -> ResponseReturnValue:
    """Makes an invitation's link worthless."""
    visit.service.invitations.withdraw(visit.tenant, invitation_id)
    return redirect("/users", 303)


def change_role(visit: Visit, user_id: str) -> ResponseReturnValue:
    """Gives a user another role."""
    visit.service.users.change_role(visit.tenant, user_id, _role())
    return redirect("/users", 303)


def disable(visit: Visit, user_id: str) -> ResponseReturnValue:
    """Keeps a user out."""
    visit.service.users.disable(visit.tenant, user_id)
    return redirect("/users", 303)


def enable(visit: Visit, user_id: str) -> ResponseReturnValue:
    """Lets a user in again."""
    visit.service.users.enable(visit.tenant, user_id)
    return redirect("/users", 303)


def reset(visit: Visit, user_id: str) -> ResponseReturnValue:
    """Makes a link to another password; it is shown this once."""
    link, token = visit.service.invitations.reset(visit.tenant, user_id)
    return _show_link(visit, link, token)


def _role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        words = f"must be one of: {', '.join(Role)}"
        raise InvalidError("there is no such role", [Fault("$.role", words)]) from None


def _show_link(visit: Visit, link: Invitation, token: str) -> str:
    address = f"{visit.base_url}/invitations/{token}"
    return render_template("users/link.html", link=link, address=address)


def _page(visit: Visit, error: InvalidError | None = None) -> str:
    return render_template(
        "users/index.html",
        users=visit.service.users.list(visit.tenant),
        invitations=visit.service.invitations.list(visit.tenant),
        roles=ROLES,
        given=request.form,
        faults=faults_by_field(error) if error else {},
    )
