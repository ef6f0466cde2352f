"""The request log: everything that came in and went out over HTTP."""

from __future__ import annotations

from collections.abc import Mapping

from flask import render_template
from flask.typing import ResponseReturnValue

from builder_ui.filters import PERIODS, Asked, asked, is_part
from builder_ui.payloads import payload_of
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from core.model import RequestEntry
from core.notifications import METHOD
from core.request_store import RequestFilter
from engine.curl.exporting import curl_command

_FIELDS = ("direction", "outcome", "automation", "run", "text", "period", "since", "until")
DIRECTIONS: Mapping[str, str] = {"in": "In: posted to us", "out": "Out: sent by steps"}
OUTCOMES: Mapping[str, str] = {
    "2xx": "2xx: it worked",
    "3xx": "3xx: sent elsewhere",
    "4xx": "4xx: refused",
    "5xx": "5xx: failed",
    "none": "No answer",
}


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/requests", index)
    routes.get("/requests/<request_id>", show)


def index(visit: Visit) -> ResponseReturnValue:
    """A part of the log, the newest first."""
    wanted = asked("/requests", _FIELDS)
    page = visit.service.requests.list(visit.tenant, _filter(visit, wanted), wanted.query)
    return render_template(
        "requests/_list.html" if is_part() else "requests/index.html",
        page=page,
        asked=wanted,
        names=visit.service.overview.names(visit.tenant),
        directions=DIRECTIONS,
        outcomes=OUTCOMES,
        periods=PERIODS,
    )


def show(visit: Visit, request_id: str) -> ResponseReturnValue:
    """One request with both sides."""
    entry = visit.service.requests.get(visit.tenant, request_id)
    names = visit.service.overview.names(visit.tenant)
    return render_template(
        "requests/show.html",
        entry=entry,
        name=names.get(entry.automation_id or "", entry.automation_id),
        curl=_curl(entry, visit.base_url),
        payload=payload_of,
    )


def _curl(entry: RequestEntry, base_url: str) -> str:
    """The request as a command; what came in is sent to the address of this installation.

    Empty for a notification: its address is not kept, so that nothing could send it again.
    """
    if entry.method == METHOD:
        return ""
    url = entry.url if "://" in entry.url else base_url + entry.url
    return curl_command(entry.method, url, entry.request_headers, entry.request_body)


def _filter(visit: Visit, wanted: Asked) -> RequestFilter:
    direction, outcome = wanted.get("direction"), wanted.get("outcome")
    return RequestFilter(
        direction=direction if direction in DIRECTIONS else None,
        run_id=wanted.get("run"),
        since=wanted.since(visit.clock.now()),
        until=wanted.until(),
        automation_id=wanted.get("automation"),
        outcome=outcome if outcome in OUTCOMES else None,
        text=wanted.get("text"),
    )
