"""Deliveries: of all subscriptions, one with everything about it, and sending again."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.delivery_lists import FIELDS, delivery_filter, delivery_list
from builder_ui.filters import is_part
from builder_ui.payloads import payload_of, payload_of_value
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from core.errors import NotFoundError
from core.model import RequestEntry
from core.subscriptions import Delivery


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/deliveries", index)
    routes.get("/deliveries/<delivery_id>", show)
    routes.post("/deliveries/<delivery_id>/replay", replay, Permission.BUILD)
    routes.post("/deliveries/replay", replay_all, Permission.BUILD)


def index(visit: Visit) -> ResponseReturnValue:
    """A part of the list, whatever the subscription."""
    return render_template(
        "deliveries/_list.html" if is_part() else "deliveries/index.html",
        replayable=True,
        dead_letters=0,
        **delivery_list(visit, "/deliveries"),
    )


def show(visit: Visit, delivery_id: str) -> ResponseReturnValue:
    """A delivery: the message, each attempt, and both sides of the last one."""
    detail = visit.service.deliveries.get(visit.tenant, delivery_id)
    return render_template(
        "deliveries/show.html",
        detail=detail,
        one=detail.delivery,
        entry=_last_request(visit, detail.delivery),
        replayed=request.args.get("replayed"),
        value=payload_of_value,
        payload=payload_of,
    )


def replay(visit: Visit, delivery_id: str) -> ResponseReturnValue:
    """Sends it again."""
    visit.service.deliveries.replay(visit.tenant, delivery_id)
    return redirect(f"/deliveries/{delivery_id}?replayed=1", 303)


def replay_all(visit: Visit) -> ResponseReturnValue:
    """Sends again what the fields of the list ask for, and goes back to the list."""
    subscription_id = request.form.get("subscription") or None
    fields = {name: value for name in FIELDS if (value := request.form.get(name, ""))}
    which = delivery_filter(visit, fields, subscription_id)
    replayed = visit.service.deliveries.replay_all(visit.tenant, which)
    place = f"/subscriptions/{subscription_id}" if subscription_id else "/deliveries"
    told = {"replayed": replayed.count, **({"more": 1} if replayed.more else {})}
    return redirect(f"{place}?{urlencode(told)}", 303)


def _last_request(visit: Visit, delivery: Delivery) -> RequestEntry | None:
    """What was sent last and what came back, where anything was sent."""
    sent = [one.request_id for one in delivery.attempts if one.request_id is not None]
    try:
        return visit.service.requests.get(visit.tenant, sent[-1]) if sent else None
    except NotFoundError:
        return None
