"""Runs: the list, with what people look for in it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.filters import PERIODS, Asked, asked, is_part
from builder_ui.routing import Routes
from builder_ui.state_words import state_words
from builder_ui.visits import Visit
from core.model import Page, Run
from core.run_store import RunFilter
from core.states import RUN_FAILURES, RunStatus

_FIELDS = ("automation", "status", "text", "period", "since", "until")
STATES: Mapping[str, str] = {
    "went-wrong": "Went wrong (failed or halted)",
    **{status: state_words(status).word for status in RunStatus},
}
"""What may be chosen as the state, in words."""
_STATUSES: Mapping[str, frozenset[RunStatus]] = {
    "went-wrong": RUN_FAILURES,
    **{status: frozenset({status}) for status in RunStatus},
}


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/runs", index)


def index(visit: Visit) -> ResponseReturnValue:
    """A part of the list; the newest rows come by themselves."""
    wanted = asked("/runs", _FIELDS)
    page = visit.service.runs.list(visit.tenant, _filter(visit, wanted), wanted.query)
    names = visit.service.overview.names(visit.tenant)
    return render_template(
        "runs/_list.html" if is_part() else "runs/index.html",
        page=page,
        asked=wanted,
        names=names,
        states=STATES,
        periods=PERIODS,
        arrived=_arrived(page),
    )


def _filter(visit: Visit, wanted: Asked) -> RunFilter:
    return RunFilter(
        automation_id=wanted.get("automation"),
        statuses=_STATUSES.get(wanted.get("status") or "", frozenset()),
        since=wanted.since(visit.clock.now()),
        until=wanted.until(),
        text=wanted.get("text"),
    )


def _arrived(page: Page[Run]) -> int:
    """How many of these runs are newer than the one that the visitor saw at the top."""
    seen = request.args.get("seen", "")
    return sum(run.id > seen for run in page.items) if seen else 0
