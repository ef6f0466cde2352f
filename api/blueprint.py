"""The REST API as a Flask blueprint, made from the table of operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import BoundedSemaphore

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from api.auth import authenticate
from api.inbound import inbound_request
from api.operations import Operation
from api.problems import problem_of
from api.reading import CallReader
from api.rendering import render
from api.table import OPERATIONS
from core.model import ApiKey
from engine.acting import SYSTEM, acting_as, actor_of_key
from engine.service import Service

_NOTHING_TO_READ = BoundedSemaphore(1)
"""The body of a call has been read already."""

OURS = ("/api/", "/hooks/", "/callback/", "/healthz", "/readyz", "/metrics")
"""Where every refusal is a problem, also one that no operation gave."""


def create_rest(service: Service, operations: Sequence[Operation] = OPERATIONS) -> Blueprint:
    """The blueprint of REST v1, of health and of the OpenAPI document; or of fewer operations."""
    rest = Blueprint("rest", __name__)
    for operation in operations:
        rest.add_url_rule(
            operation.path.replace("{", "<").replace("}", ">"),
            endpoint=operation.id,
            view_func=_view(service, operation),
            methods=[operation.method],
            merge_slashes=False,
            provide_automatic_options=False,
        )
    rest.after_request(_secured)
    rest.register_error_handler(Exception, answer_error)
    return rest


def _view(service: Service, operation: Operation) -> Callable[..., Response]:
    reader = CallReader(operation)

    def answer(**path: str) -> Response:
        key = _key(service, operation)
        # Before the body is read.
        fields = service.gate.call(key) if key else ()
        call = reader.read(request, key.tenant if key else "", path)
        if operation.inbound:
            call = replace(call, inbound=inbound_request(request.environ, _NOTHING_TO_READ))
        with acting_as(actor_of_key(key) if key else SYSTEM):
            answered = render(operation.handle(service, call))
        for name, value in fields:
            answered.headers.add(name, value)
        return answered

    return answer


def _key(service: Service, operation: Operation) -> ApiKey | None:
    """The key that names the tenant and acts; None where none is needed."""
    if operation.scope is None:
        return None
    return authenticate(service.keys, request.headers.get("Authorization"), operation.scope)


def answer_error(error: Exception) -> ResponseReturnValue:
    """The problem that tells a program of an error, also of one that no route foresaw."""
    return _secured(render(problem_of(error)))


def _secured(response: Response) -> Response:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Cache-Control", "no-store")
    return response
