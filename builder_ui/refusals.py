"""Errors as pages: what a person is told when a page cannot do what was asked."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from flask import Response, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from builder_ui.visits import NotSignedIn
from core.errors import (
    BusyError,
    ConflictError,
    Fault,
    ForbiddenError,
    GuardMissed,
    InvalidError,
    JsonError,
    NotFoundError,
    PenstockError,
    StaleError,
    StorageUnavailable,
)

_STATUSES: Mapping[type[PenstockError], tuple[int, str]] = {
    InvalidError: (422, "Something is not right yet"),
    JsonError: (400, "That is no JSON"),
    NotFoundError: (404, "It is not here"),
    ForbiddenError: (403, "You may not do this"),
    ConflictError: (409, "That cannot be done now"),
    GuardMissed: (409, "That cannot be done now"),
    StaleError: (412, "Somebody else changed it meanwhile"),
    BusyError: (429, "Too many at once"),
    StorageUnavailable: (503, "The store does not answer"),
}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What went wrong, in words."""

    status: int
    title: str
    detail: str
    faults: tuple[Fault, ...] = ()


def answer_error(error: Exception) -> ResponseReturnValue:
    """The page, or the JSON problem for an island, that tells of an error."""
    if isinstance(error, NotSignedIn):
        return _to_sign_in()
    refusal = refusal_of(error)
    return _problem(refusal) if wants_json() else _page(refusal)


def refusal_of(error: Exception) -> Refusal:
    """An error in words. What nobody foresaw is logged and shows nothing of itself."""
    if isinstance(error, HTTPException):
        return _http_refusal(error)
    for kind, (status, title) in _STATUSES.items():
        if isinstance(error, kind):
            faults = error.faults if isinstance(error, InvalidError) else ()
            return Refusal(status, title, str(error), faults)
    # Not the path, in which a one-time link carries its token.
    rule = request.url_rule.rule if request.url_rule else "an unknown address"
    logger.error("%s %s failed", request.method, rule, exc_info=error)
    return Refusal(500, "Penstock failed to make this page", "Its log says why. Try again.")


def wants_json() -> bool:
    """Whether an island asks, which reads JSON, and not a person's browser."""
    accepted = request.headers.get("Accept", "")
    return "application/json" in accepted or "text/event-stream" in accepted


def _http_refusal(error: HTTPException) -> Refusal:
    if error.code == 404:
        return Refusal(404, "There is no such page", "The link may be old, or a letter is wrong.")
    status = error.code or 500
    return Refusal(status, error.name, error.description or error.name)


def _to_sign_in() -> ResponseReturnValue:
    if wants_json():
        return _problem(Refusal(401, "You are signed out", "Sign in again in another tab."))
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    address = f"/sign-in?next={quote(wanted, safe='/')}"
    if "HX-Request" in request.headers:
        answer = make_response("", 401)
        answer.headers["HX-Redirect"] = "/sign-in"
        return answer
    return redirect(address, 303)


def _problem(refusal: Refusal) -> Response:
    members = {
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.detail,
        "errors": [{"path": one.path, "message": one.message} for one in refusal.faults],
    }
    answer = jsonify(members)
    answer.status_code = refusal.status
    answer.content_type = "application/problem+json"
    return answer


def _page(refusal: Refusal) -> Response:
    partial = "HX-Request" in request.headers
    template = "refusals/_notice.html" if partial else "refusals/show.html"
    return make_response(render_template(template, refusal=refusal), refusal.status)
