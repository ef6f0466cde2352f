"""Endpoints: who is called, how that goes, and whether somebody is left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.filters import is_part
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from engine.care.breaker import FAILING_PERCENT, LEAST_REQUESTS
from engine.care.endpoint import ALERTS, AUTOMATION, SUBSCRIPTION, EndpointView, User


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/endpoints", index)
    routes.post("/endpoints/<endpoint_id>/close", close, Permission.BUILD)


def index(visit: Visit) -> ResponseReturnValue:
    """The endpoints that were called lately, those that fail first."""
    endpoints = visit.service.endpoints.list(visit.tenant)
    return render_template(
        "endpoints/_list.html" if is_part() else "endpoints/index.html",
        endpoints=sorted(endpoints, key=lambda one: one.out_of_order_since is None),
        callers=_callers(visit, endpoints),
        done="The circuit is closed." if request.args.get("done") == "closed" else "",
        percent=FAILING_PERCENT,
        least=LEAST_REQUESTS,
    )


def _callers(visit: Visit, endpoints: Sequence[EndpointView]) -> Mapping[User, tuple[str, str]]:
    """Of those who call and are still there, what people call them, and their page."""
    users = {user for endpoint in endpoints for user in endpoint.used_by}
    named = [user.id for user in users if user.kind == SUBSCRIPTION]
    titles = visit.service.subscriptions.titles(visit.tenant, named)
    names = visit.service.overview.names(visit.tenant)
    automations = {
        User(AUTOMATION, one): (f"/automations/{quote(one)}", names[one]) for one in names
    }
    subscriptions = {
        User(SUBSCRIPTION, one): (f"/subscriptions/{one}", titles[one]) for one in titles
    }
    return {**automations, **subscriptions, User(ALERTS, ALERTS): ("/alerts", "Alerts")}


def close(visit: Visit, endpoint_id: str) -> ResponseReturnValue:
    """Closes a circuit: requests go there at once."""
    visit.service.endpoints.close(visit.tenant, endpoint_id)
    return redirect("/endpoints?done=closed", 303)
