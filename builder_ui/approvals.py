"""Approvals: what runs ask people, decided by who is signed in or by who holds a link."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.form_faults import faults_by_field
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.schema_fields import groups_of, read_form
from builder_ui.state_words import StateWords
from builder_ui.visits import Visit
from core.approvals import Approval, ApprovalState
from core.errors import ConflictError, Fault, InvalidError
from core.writes import ListQuery
from engine.approvals.service import Decision

ROWS = 50
VALUES = "values"
"""The name before those of a form's fields."""

WORDS: Mapping[ApprovalState, StateWords] = {
    ApprovalState.PENDING: StateWords("Waiting for a decision", "clock", "warn"),
    ApprovalState.APPROVED: StateWords("Approved", "check", "good"),
    ApprovalState.REJECTED: StateWords("Rejected", "cross", "bad"),
    ApprovalState.EXPIRED: StateWords("Expired", "pause", ""),
    ApprovalState.CANCELLED: StateWords("No longer asked", "minus", ""),
}


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/approvals", index)
    routes.get("/approvals/<approval_id>", show)
    routes.post("/approvals/<approval_id>", decide, Permission.VIEW)
    routes.get("/decide/<token>", show_link, Permission.ANYBODY)
    routes.post("/decide/<token>", decide_by_link, Permission.ANYBODY)


def index(visit: Visit) -> ResponseReturnValue:
    """Questions, the newest first: those that are open, or all."""
    every = request.args.get("state") == "all"
    cursor = request.args.get("cursor") or None
    state = None if every else ApprovalState.PENDING
    page = visit.service.approvals.list(visit.tenant, state, ListQuery(cursor, ROWS))
    return render_template(
        "approvals/index.html", page=page, every=every, cursor=cursor, words=WORDS
    )


def show(visit: Visit, approval_id: str) -> ResponseReturnValue:
    """One question, with the form for who may decide it."""
    approval = visit.service.approvals.get(visit.tenant, approval_id)
    return _page(approval, visit.service.approvals.may_decide(visit.user, approval))


def decide(visit: Visit, approval_id: str) -> ResponseReturnValue:
    """Decides as the person who is signed in."""
    approvals = visit.service.approvals
    approval = approvals.get(visit.tenant, approval_id)
    try:
        by = visit.user.name or visit.user.email
        approvals.decide_as(visit.user, approval_id, _decision(approval, by))
    except (ConflictError, InvalidError) as error:
        return _page(approvals.get(visit.tenant, approval_id), True, error), 422
    return redirect(f"/approvals/{quote(approval_id)}", 303)


def show_link(visit: Visit, token: str) -> ResponseReturnValue:
    """The question of a link, for who holds it."""
    approval, _ = visit.service.approvals.of_link(token)
    return _outside(approval)


def decide_by_link(visit: Visit, token: str) -> ResponseReturnValue:
    """Decides as the holder of a link; it works once."""
    approval, who = visit.service.approvals.of_link(token)
    try:
        decided = visit.service.approvals.decide(approval, _decision(approval, f"link: {who}"))
    except (ConflictError, InvalidError) as error:
        return _outside(visit.service.approvals.of_link(token)[0], error), 422
    return _outside(decided)


def _decision(approval: Approval, by: str) -> Decision:
    said = request.form.get("decision", "")
    if said not in ("approve", "reject"):
        raise InvalidError("", [Fault("$.decision", "choose whether to approve or to reject")])
    values = read_form(_schema(approval), request.form)[VALUES] if approval.form else {}
    return Decision(said == "approve", by, request.form.get("comment", "").strip(), values)


def _schema(approval: Approval) -> Mapping[str, object]:
    """The form as one group of fields, named `values.<name>`."""
    form = {"properties": {}, **approval.form}
    return {"properties": {VALUES: {"title": "Further values", **form}}}


def _page(approval: Approval, may: bool, error: Exception | None = None) -> str:
    return render_template("approvals/show.html", may=may, **_shown(approval, error))


def _outside(approval: Approval, error: Exception | None = None) -> str:
    return render_template("approvals/outside.html", may=True, **_shown(approval, error))


def _shown(approval: Approval, error: Exception | None) -> Mapping[str, object]:
    faults = faults_by_field(error) if isinstance(error, InvalidError) else {}
    return {
        "approval": approval,
        "words": WORDS[approval.state],
        "is_open": approval.state is ApprovalState.PENDING,
        "groups": groups_of(_schema(approval), {VALUES: approval.values or {}})
        if approval.form
        else [],
        "faults": {**faults, **{f"{VALUES}.{name}": words for name, words in faults.items()}},
        "error": "" if error is None or faults else str(error),
        "comment": request.form.get("comment", ""),
    }
