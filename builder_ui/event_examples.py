"""Trying an endpoint out: an example of each type can be sent, and the answer seen."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.filters import is_part
from builder_ui.payloads import payload_of, payload_of_value
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from core.event_names import fits
from core.subscriptions import Subscription
from engine.events.catalogue import EVENT_TYPES
from engine.subscriptions.courier import Sent


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/subscriptions/<subscription_id>/test", choose, Permission.BUILD)
    routes.post("/subscriptions/<subscription_id>/test", send, Permission.BUILD)


def choose(visit: Visit, subscription_id: str) -> ResponseReturnValue:
    """The types, and the example of the one that is chosen."""
    one = visit.service.subscriptions.get(visit.tenant, subscription_id).subscription
    return _page(one, request.args.get("type", ""))


def send(visit: Visit, subscription_id: str) -> ResponseReturnValue:
    """Sends the example, and shows the answer."""
    one = visit.service.subscriptions.get(visit.tenant, subscription_id).subscription
    event_type = request.form.get("type", "")
    sent = visit.service.event_examples.send(visit.tenant, subscription_id, event_type)
    return _page(one, event_type, sent)


def _page(one: Subscription, event_type: str, sent: Sent | None = None) -> str:
    chosen = EVENT_TYPES.get(event_type) or EVENT_TYPES[_first(one)]
    return render_template(
        "subscriptions/_example.html" if is_part() else "subscriptions/test.html",
        one=one,
        types={name: f"{name}: {known.title}" for name, known in EVENT_TYPES.items()},
        chosen=chosen,
        sent=sent,
        entry=sent.entry if sent else None,
        value=payload_of_value,
        payload=payload_of,
    )


def _first(one: Subscription) -> str:
    """The first type that the subscription asks for, or the first there is."""
    wanted = (name for name in EVENT_TYPES if any(fits(pattern, name) for pattern in one.events))
    return next(wanted, next(iter(EVENT_TYPES)))
