"""Trigger URLs: where partner systems post. The hot path; it only translates."""

from __future__ import annotations

from collections.abc import Mapping
from threading import BoundedSemaphore
from typing import BinaryIO
from urllib.parse import quote

from flask import Blueprint, Request, Response, request

from api.reading import query_fields
from api.rendering import render
from core.errors import InvalidError
from core.http import BodyIncomplete, BodyTooLarge, InboundRequest
from engine.replies import Problem
from engine.service import Service

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
MOST_READING = 256
"""Bodies that may be on their way at once: a sender that stalls holds one of our threads."""

_CHUNK = 64 * 1024
_UNESCAPED = "/:@!$&'()*+,;=~"
"""What a path holds as it is beside letters, digits, `.`, `_` and `-` (RFC 3986, section 3.3)."""


def create_hooks(service: Service, public_url: str | None = None) -> Blueprint:
    """The blueprint of `ANY /hooks/<tenant>/<path>`.

    `public_url` is how callers reach the installation, where that is not what the request says.
    """
    hooks = Blueprint("hooks", __name__)
    receive = service.intake.receive
    reading = BoundedSemaphore(MOST_READING)

    def take(tenant: str, path: str) -> Response:
        try:
            incoming = inbound_request(request, reading, public_url)
            return render(receive(tenant, path, incoming))
        except InvalidError as error:
            return render(Problem(400, "Bad Request", str(error), error.faults))
        except TooManyReading:
            return render(BUSY)

    hooks.add_url_rule(
        "/hooks/<tenant>/<path:path>",
        view_func=take,
        methods=METHODS,
        merge_slashes=False,
        provide_automatic_options=False,
    )
    return hooks


class TooManyReading(Exception):
    """As many bodies are being read as may be."""


BUSY = Problem(
    503,
    "Too many bodies on their way",
    "Nothing was stored; send it again.",
    headers=(("Retry-After", "1"),),
)


def inbound_request(
    incoming: Request, reading: BoundedSemaphore, public_url: str | None = None
) -> InboundRequest:
    """A request as triggers see it."""
    environ = incoming.environ
    return InboundRequest(
        method=environ["REQUEST_METHOD"],
        path=incoming.path,
        query=_query(incoming) if environ.get("QUERY_STRING") else {},
        headers=_headers(environ),
        remote_address=environ.get("REMOTE_ADDR", ""),
        read_body=lambda most: _read_in_turn(reading, incoming, most),
        url=_url(environ, public_url),
    )


def _url(environ: Mapping[str, str], public_url: str | None) -> str:
    """The URL as its caller wrote it, but for escapes in the path that need not be there."""
    base = public_url or f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}"
    path = quote(environ["PATH_INFO"].encode("latin-1", "replace"), safe=_UNESCAPED)
    query = environ.get("QUERY_STRING")
    return f"{base}{path}?{query}" if query else f"{base}{path}"


def _read_in_turn(reading: BoundedSemaphore, incoming: Request, most: int) -> bytes:
    if not reading.acquire(blocking=False):
        raise TooManyReading
    try:
        return _read(incoming.environ["wsgi.input"], most, incoming.content_length)
    finally:
        reading.release()


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
    while size != announced and (chunk := stream.read(min(_CHUNK, most + 1 - size))):
        size += len(chunk)
        if size > most:
            raise BodyTooLarge
        chunks.append(chunk)
    # The server reports a connection that broke as the end of the body.
    if announced is not None and size < announced:
        raise BodyIncomplete
    return b"".join(chunks)
