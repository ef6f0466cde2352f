"""Errors as answers: what a caller is told when a call did not do what it asked."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from flask import request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from core.errors import (
    BusyError,
    ConflictError,
    ForbiddenError,
    GuardMissed,
    InvalidError,
    JsonError,
    NotFoundError,
    PenstockError,
    StaleError,
    StorageUnavailable,
)
from engine.limits.refusals import OverLimit, as_problem
from engine.replies import Problem

_STATUSES: Mapping[type[PenstockError], tuple[int, str]] = {
    InvalidError: (422, "Invalid"),
    JsonError: (400, "Not JSON"),
    NotFoundError: (404, "Not found"),
    ForbiddenError: (403, "Forbidden"),
    ConflictError: (409, "Conflict"),
    GuardMissed: (409, "Conflict"),
    StaleError: (412, "Changed meanwhile"),
    BusyError: (429, "Too many at once"),
}

_UNAVAILABLE = Problem(
    503,
    "Storage unavailable",
    "The store does not answer now; nothing was changed. Try again.",
    headers=(("Retry-After", "5"),),
)
UNEXPECTED = Problem(
    500, "Internal error", "Penstock failed to answer this call; its log says why."
)

logger = logging.getLogger(__name__)


class Refused(PenstockError):
    """The call is refused with this problem before a use case was asked."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def problem_of(error: Exception) -> Problem:
    """The problem to answer with. What nobody foresaw is logged and shows nothing of itself."""
    if isinstance(error, Refused):
        return error.problem
    if isinstance(error, OverLimit):
        return as_problem(error.rejected)
    if isinstance(error, HTTPException):
        return _http_problem(error)
    if isinstance(error, StorageUnavailable):
        logger.error("%s %r: %s", request.method, _place(), error)
        return _UNAVAILABLE
    if isinstance(error, PenstockError) and type(error) in _STATUSES:
        status, title = _STATUSES[type(error)]
        faults = error.faults if isinstance(error, InvalidError) else ()
        headers = (("Retry-After", "1"),) if status == 429 else ()
        return Problem(status, title, str(error), faults, headers)
    logger.error("%s %r failed", request.method, _place(), exc_info=error)
    return UNEXPECTED


def _place() -> str:
    """The path, for the log; where a token stands in it, the rule: whoever knows it may call."""
    rule = request.url_rule
    return rule.rule if rule is not None and "token" in rule.arguments else request.path


def _http_problem(error: HTTPException) -> Problem:
    status = error.code or 500
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        allowed = ", ".join(sorted(error.valid_methods))
        detail = f"This URL takes {allowed}, not {request.method}."
        return Problem(status, error.name, detail, headers=(("Allow", allowed),))
    return Problem(status, error.name, error.description or error.name)
