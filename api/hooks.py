"""Trigger URLs: where partner systems post. The hot path; it only translates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from flask import Blueprint, Request, Response, request

from api.reading import query_fields
from api.rendering import render
from core.errors import InvalidError
from core.http import BodyIncomplete, BodyTooLarge, InboundRequest
from engine.replies import Problem
from engine.service import Service

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_CHUNK = 64 * 1024


def create_hooks(service: Service) -> Blueprint:
    """The blueprint of `ANY /hooks/<tenant>/<path>`."""
    hooks = Blueprint("hooks", __name__)
    receive = service.intake.receive

    def take(tenant: str, path: str) -> Response:
        try:
            incoming = inbound_request(request)
        except InvalidError as error:
            return render(Problem(400, "Bad Request", str(error), error.faults))
        return render(receive(tenant, path, incoming))

    hooks.add_url_rule(
        "/hooks/<tenant>/<path:path>",
        view_func=take,
        methods=METHODS,
        merge_slashes=False,
        provide_automatic_options=False,
    )
    return hooks


def inbound_request(incoming: Request) -> InboundRequest:
    """A request as triggers see it."""
    environ = incoming.environ
    return InboundRequest(
        method=environ["REQUEST_METHOD"],
        path=incoming.path,
        query=_query(incoming) if environ.get("QUERY_STRING") else {},
        headers=_headers(environ),
        remote_address=environ.get("REMOTE_ADDR", ""),
        read_body=lambda most: _read(environ["wsgi.input"], most, incoming.content_length),
    )


def _headers(environ: Mapping[str, object]) -> dict[str, str]:
    headers = {
        name[5:].replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = str(environ[name])
    return headers


def _query(incoming: Request) -> dict[str, str | list[str]]:
    fields = query_fields(incoming.query_string)
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}


def _read(stream: BinaryIO, most: int, announced: int | None) -> bytes:
    """The body, whether its length was announced or it came in chunks (None)."""
    chunks, size = [], 0
    while chunk := stream.read(min(_CHUNK, most + 1 - size)):
        size += len(chunk)
        if size > most:
            raise BodyTooLarge
        chunks.append(chunk)
    # The server reports a connection that broke as the end of the body.
    if announced is not None and size < announced:
        raise BodyIncomplete
    return b"".join(chunks)
