"""Subscriptions: which endpoints are told of what, how they do, and their deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.delivery_lists import delivery_list
from builder_ui.filters import asked, is_part
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.subscription_form import (
    Filled,
    change_to,
    event_choices,
    faults_by_field,
    filled_in,
    filled_of,
    written,
)
from builder_ui.visits import Visit
from core.errors import ConflictError, InvalidError
from core.subscriptions import Subscription
from engine.subscriptions.service import MOST_COUNTED

DONE = {
    "changed": "The subscription is changed.",
    "enabled": "It is told of events from now on.",
    "disabled": "It is told of nothing any more; what waited for it was given up.",
}


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/subscriptions", index)
    routes.get("/subscriptions/new", new, Permission.BUILD)
    routes.post("/subscriptions", create, Permission.BUILD)
    routes.get("/subscriptions/<subscription_id>", show)
    routes.get("/subscriptions/<subscription_id>/edit", edit, Permission.BUILD)
    routes.post("/subscriptions/<subscription_id>/edit", change, Permission.BUILD)
    routes.post("/subscriptions/<subscription_id>/switch", switch, Permission.BUILD)
    routes.post("/subscriptions/<subscription_id>/rotate", rotate, Permission.BUILD)
    routes.post("/subscriptions/<subscription_id>/remove", remove, Permission.BUILD)


def index(visit: Visit) -> ResponseReturnValue:
    """A part of the list, the newest first."""
    wanted = asked("/subscriptions", ())
    page = visit.service.subscriptions.list(visit.tenant, wanted.query)
    return render_template(
        "subscriptions/_list.html" if is_part() else "subscriptions/index.html",
        page=page,
        asked=wanted,
        most=MOST_COUNTED,
    )


def new(visit: Visit) -> ResponseReturnValue:
    """An empty form."""
    return _form(visit, Filled())


def create(visit: Visit) -> ResponseReturnValue:
    """Makes a subscription; its secret is shown this once."""
    filled = filled_in(request.form)
    try:
        detail, secret = visit.service.subscriptions.create(visit.tenant, written(filled))
    except InvalidError as error:
        return _form(visit, filled, error=error), 422
    return render_template(
        "subscriptions/secret.html", one=detail.subscription, secret=secret, rotated=False
    )


def show(visit: Visit, subscription_id: str) -> ResponseReturnValue:
    """A subscription with its deliveries; those that come appear by themselves."""
    detail = visit.service.subscriptions.get(visit.tenant, subscription_id)
    listed = delivery_list(visit, f"/subscriptions/{subscription_id}", subscription_id)
    template = "deliveries/_list.html" if is_part() else "subscriptions/show.html"
    return render_template(
        template,
        detail=detail,
        one=detail.subscription,
        most=MOST_COUNTED,
        replayable=detail.subscription.enabled,
        dead_letters=detail.counts.dead,
        done=DONE.get(request.args.get("done", "")),
        **listed,
    )


def edit(visit: Visit, subscription_id: str) -> ResponseReturnValue:
    """The form of a subscription as it is."""
    one = visit.service.subscriptions.get(visit.tenant, subscription_id).subscription
    return _form(visit, filled_of(one), one)


def change(visit: Visit, subscription_id: str) -> ResponseReturnValue:
    """Makes it what was filled in."""
    one = visit.service.subscriptions.get(visit.tenant, subscription_id).subscription
    filled, revision = filled_in(request.form), request.form.get("revision", type=int)
    try:
        change = change_to(filled, one)
        visit.service.subscriptions.change(visit.tenant, subscription_id, change, revision)
    except InvalidError as error:
        return _form(visit, filled, one, error), 422
    except ConflictError as error:
        return _form(visit, filled, one, InvalidError(str(error))), 409
    return redirect(f"/subscriptions/{subscription_id}?done=changed", 303)


def switch(visit: Visit, subscription_id: str) -> ResponseReturnValue:
    """Enables or disables it."""
    enabled = request.form.get("enabled") == "1"
    visit.service.subscriptions.change(visit.tenant, subscription_id, {"enabled": enabled})
    done = "enabled" if enabled else "disabled"
    return redirect(f"/subscriptions/{subscription_id}?done={done}", 303)


def rotate(visit: Visit, subscription_id: str) -> ResponseReturnValue:
    """Gives it another secret, shown this once."""
    detail, secret = visit.service.subscriptions.rotate(visit.tenant, subscription_id)
    return render_template(
        "subscriptions/secret.html", one=detail.subscription, secret=secret, rotated=True
    )


def remove(visit: Visit, subscription_id: str) -> ResponseReturnValue:
    """Removes it; its past deliveries stay listed."""
    visit.service.subscriptions.delete(visit.tenant, subscription_id)
    return redirect("/subscriptions", 303)


def _form(
    visit: Visit,
    filled: Filled,
    one: Subscription | None = None,
    error: InvalidError | None = None,
) -> str:
    tags = visit.service.overview.tags(visit.tenant)
    return render_template(
        "subscriptions/form.html",
        filled=filled,
        one=one,
        choices=event_choices(),
        automations=_with_chosen(visit.service.overview.names(visit.tenant), filled.automations),
        tags=_with_chosen({tag: tag for tag in tags}, filled.tags),
        faults=faults_by_field(error) if error else {},
    )


def _with_chosen(known: Mapping[str, str], chosen: Sequence[str]) -> Mapping[str, str]:
    """What may be chosen, with what was although it is not there any more."""
    return {**{one: one for one in chosen}, **known}
