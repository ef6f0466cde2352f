"""Quarantine: which keys are held, what waits for each, and what can be done about it."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.filters import ROWS, asked, is_part
from builder_ui.form_faults import faults_by_field
from builder_ui.payloads import Payload, indented, payload_of, payload_of_value
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from core import strict_json
from core.errors import Fault, InvalidError, JsonError
from core.model import Event
from core.quarantine import QuarantineFilter
from core.writes import ListQuery
from engine.quarantine.edits import MOST_BYTES
from engine.quarantine.releases import ReleaseOptions
from engine.quarantine.service import HeldEvent

EVENTS = 20
"""Held events of a key on one page, each with its body."""
LONGEST_REASON = 500


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/quarantine", index)
    routes.get("/quarantine/<quarantine_id>", show)
    routes.post("/quarantine/<quarantine_id>/release", release, Permission.BUILD)
    routes.post("/quarantine/<quarantine_id>/discard", discard_all, Permission.BUILD)
    routes.get("/quarantine/<quarantine_id>/events/<run_id>", ask_edit, Permission.BUILD)
    routes.post("/quarantine/<quarantine_id>/events/<run_id>", edit, Permission.BUILD)
    routes.post("/quarantine/<quarantine_id>/events/<run_id>/discard", discard, Permission.BUILD)


def index(visit: Visit) -> ResponseReturnValue:
    """The keys that are held; the one that began to fail last comes first."""
    wanted = asked("/quarantine", ("automation", "text"))
    which = QuarantineFilter(wanted.get("automation"), wanted.get("text"))
    query = ListQuery(wanted.query.cursor, ROWS)
    return render_template(
        "quarantine/_list.html" if is_part() else "quarantine/index.html",
        page=visit.service.quarantine.list(visit.tenant, which, query),
        asked=wanted,
        names=visit.service.overview.names(visit.tenant),
    )


def show(visit: Visit, quarantine_id: str) -> ResponseReturnValue:
    """One key with the events that are held for it, in order."""
    held = visit.service.quarantine.get(visit.tenant, quarantine_id)
    cursor = request.args.get("cursor", "")
    query = ListQuery(cursor if cursor.isascii() and cursor.isdigit() else None, EVENTS)
    page = visit.service.quarantine.held(visit.tenant, quarantine_id, query)
    return render_template(
        "quarantine/show.html",
        held=held,
        page=page,
        is_first_part=query.cursor is None,
        names=visit.service.overview.names(visit.tenant),
        body=_body,
        saved=request.args.get("saved"),
    )


def release(visit: Visit, quarantine_id: str) -> ResponseReturnValue:
    """Lets a key go, and shows the runs of its automation."""
    held = visit.service.quarantine.get(visit.tenant, quarantine_id)
    options = ReleaseOptions("replay_failed" in request.form, "live_version" in request.form)
    visit.service.releases.release(visit.tenant, quarantine_id, options)
    return redirect(f"/runs?automation={held.key.automation_id}", 303)


def discard_all(visit: Visit, quarantine_id: str) -> ResponseReturnValue:
    """Ends every held run of the key."""
    visit.service.quarantine.discard_all(visit.tenant, quarantine_id, _reason())
    return redirect(f"/quarantine/{quarantine_id}?saved=discarded", 303)


def discard(visit: Visit, quarantine_id: str, run_id: str) -> ResponseReturnValue:
    """Ends one held run."""
    visit.service.quarantine.discard(visit.tenant, quarantine_id, run_id, _reason())
    return redirect(f"/quarantine/{quarantine_id}?saved=discarded", 303)


def ask_edit(visit: Visit, quarantine_id: str, run_id: str) -> ResponseReturnValue:
    """The body of a held event, to be changed."""
    event = visit.service.quarantine.event(visit.tenant, quarantine_id, run_id)
    return _edit_page(visit, quarantine_id, event, _text(event.event))


def edit(visit: Visit, quarantine_id: str, run_id: str) -> ResponseReturnValue:
    """Gives a held event the body that was typed."""
    event = visit.service.quarantine.event(visit.tenant, quarantine_id, run_id)
    typed = request.form.get("body", "").replace("\r\n", "\n")
    try:
        visit.service.edits.edit(visit.tenant, quarantine_id, run_id, _parsed(typed))
    except InvalidError as error:
        return _edit_page(visit, quarantine_id, event, typed, error), 422
    return redirect(f"/quarantine/{quarantine_id}?saved=edited", 303)


def _edit_page(
    visit: Visit,
    quarantine_id: str,
    event: HeldEvent,
    text: str,
    error: InvalidError | None = None,
) -> str:
    return render_template(
        "quarantine/edit.html",
        held=visit.service.quarantine.get(visit.tenant, quarantine_id),
        one=event,
        text=text,
        body=_body,
        fault=faults_by_field(error).get("", str(error)) if error else "",
    )


def _parsed(typed: str) -> object:
    """The JSON that was typed. Raises InvalidError."""
    if len(typed) > MOST_BYTES:
        words = f"is longer than {MOST_BYTES >> 20} MiB"
        raise InvalidError("the event cannot be edited so", [Fault("$", words)])
    try:
        return strict_json.loads(typed)
    except JsonError as error:
        words = f"is no JSON: {error}"
        raise InvalidError("the event cannot be edited so", [Fault("$", words)]) from None


def _reason() -> str | None:
    return request.form.get("reason", "").strip()[:LONGEST_REASON] or None


def _body(event: Event) -> Payload:
    """The body of an event, as it is shown."""
    return payload_of_value(event.body) if event.is_json else payload_of(event.raw)


def _text(event: Event | None) -> str:
    return "{}" if event is None else indented(event.body)
