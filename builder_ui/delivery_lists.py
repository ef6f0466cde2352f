"""Lists of deliveries, on a page of their own and on those of subscriptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from builder_ui.filters import PERIODS, Asked, asked
from builder_ui.state_words import state_words
from builder_ui.visits import Visit
from core.model import Page
from core.subscriptions import Delivery, DeliveryFilter, DeliveryStatus
from core.writes import ListQuery
from engine.events.catalogue import EVENT_TYPES
from engine.subscriptions.deliveries import MOST_REPLAYED

FIELDS = ("status", "event_type", "period", "since", "until")
STATES: Mapping[str, str] = {
    status: state_words(f"delivery-{status}").word for status in DeliveryStatus
}
"""What may be chosen as the state, in words."""


def delivery_list(visit: Visit, path: str, subscription_id: str | None = None) -> dict[str, Any]:
    """What the list of deliveries shows at an address, of one subscription or of all."""
    wanted = asked(path, FIELDS)
    which = delivery_filter(visit, wanted.fields, subscription_id)
    page = visit.service.deliveries.list(visit.tenant, which, wanted.query)
    return {
        "page": page,
        "asked": wanted,
        "states": STATES,
        "types": _types(wanted),
        "periods": PERIODS,
        "titles": {} if subscription_id else _titles(visit, page),
        "replayed": request.args.get("replayed", type=int),
        "more": request.args.get("more"),
        "most_replayed": f"{MOST_REPLAYED:,}",
        "subscription_id": subscription_id,
    }


def delivery_filter(
    visit: Visit, fields: Mapping[str, str], subscription_id: str | None
) -> DeliveryFilter:
    """The filter that the fields of a list or of a form ask for."""
    times = Asked("", fields, ListQuery())
    status = fields.get("status", "")
    return DeliveryFilter(
        subscription_id=subscription_id or None,
        status=DeliveryStatus(status) if status in STATES else None,
        event_type=fields.get("event_type") or None,
        since=times.since(visit.clock.now()),
        until=times.until(),
    )


def _types(wanted: Asked) -> Mapping[str, str]:
    """The types to choose from: those that are known, and the one that is chosen."""
    chosen = wanted.get("event_type")
    return {name: name for name in (*EVENT_TYPES, *((chosen,) if chosen else ()))}


def _titles(visit: Visit, page: Page[Delivery]) -> Mapping[str, str]:
    ids = [one.subscription_id for one in page.items]
    return visit.service.subscriptions.titles(visit.tenant, ids)
