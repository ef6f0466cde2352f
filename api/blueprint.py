"""The REST API as a Flask blueprint, made from the table of operations."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from api.auth import authenticate
from api.operations import Operation
from api.problems import problem_of
from api.reading import CallReader
from api.rendering import render, render_problem
from api.table import OPERATIONS
from engine.service import Service

OURS = ("/api/", "/hooks/", "/healthz", "/readyz")
"""Where every refusal is a problem, also one that no operation gave."""


def create_rest(service: Service) -> Blueprint:
    """The blueprint of REST v1, of health and of the OpenAPI document.

    It also answers errors that no route foresaw (404, 405, 500) wherever programs call.
    """
    rest = Blueprint("rest", __name__)
    for operation in OPERATIONS:
        rest.add_url_rule(
            operation.path.replace("{", "<").replace("}", ">"),
            endpoint=operation.id,
            view_func=_view(service, operation),
            methods=[operation.method],
            merge_slashes=False,
            provide_automatic_options=False,
        )
    rest.after_request(_secured)
    rest.app_errorhandler(Exception)(_answer_error)
    return rest


def _view(service: Service, operation: Operation) -> Callable[..., Response]:
    reader = CallReader(operation)

    def answer(**path: str) -> Response:
        tenant = _tenant(service, operation)
        return render(operation.handle(service, reader.read(request, tenant, path)))

    return answer


def _tenant(service: Service, operation: Operation) -> str:
    """The tenant of the key; nothing else in a request names one."""
    if operation.scope is None:
        return ""
    authorization = request.headers.get("Authorization")
    return authenticate(service.keys, authorization, operation.scope).tenant


def _answer_error(error: Exception) -> ResponseReturnValue:
    if request.path.startswith(OURS):
        return _secured(render_problem(problem_of(error)))
    if isinstance(error, HTTPException):
        return error
    raise error


def _secured(response: Response) -> Response:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Cache-Control", "no-store")
    return response
