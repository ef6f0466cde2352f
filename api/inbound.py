"""Requests as triggers see them, made of a WSGI environment (PEP 3333)."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import BinaryIO
from urllib.parse import quote
from wsgiref.types import WSGIEnvironment

from werkzeug.wsgi import get_content_length, get_path_info

from api.reading import query_fields
from core.http import BodyIncomplete, BodyTooLarge, InboundRequest
from engine.replies import Problem

_CHUNK = 64 * 1024
_UNESCAPED = "/:@!$&'()*+,;=~"
"""What a path holds as it is beside letters, digits, `.`, `_` and `-` (RFC 3986, section 3.3)."""


class TooManyReading(Exception):
    """As many bodies are being read as may be."""


BUSY = Problem(
    503,
    "Too many bodies on their way",
    "Nothing was stored; send it again.",
    headers=(("Retry-After", "1"),),
)


def inbound_request(
    environ: WSGIEnvironment, reading: BoundedSemaphore, public_url: str | None = None
) -> InboundRequest:
    """A request as triggers see it; `reading` bounds how many bodies are read at once.

    Reading the body raises TooManyReading, BodyTooLarge or BodyIncomplete. Raises InvalidError for
    a query of too many fields.
    """
    return InboundRequest(
        method=environ["REQUEST_METHOD"],
        path=get_path_info(environ),
        query=_query(environ["QUERY_STRING"]) if environ.get("QUERY_STRING") else {},
        headers=_headers(environ),
        remote_address=environ.get("REMOTE_ADDR", ""),
        read_body=lambda most: _read_in_turn(reading, environ, most),
        url=_url(environ, public_url),
    )


def _url(environ: WSGIEnvironment, public_url: str | None) -> str:
    """The URL as its caller wrote it, but for escapes in the path that need not be there."""
    base = public_url or f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}"
    path = quote(environ["PATH_INFO"].encode("latin-1", "replace"), safe=_UNESCAPED)
    query = environ.get("QUERY_STRING")
    return f"{base}{path}?{query}" if query else f"{base}{path}"


def _query(text: str) -> dict[str, str | list[str]]:
    fields = query_fields(text.encode("latin-1"))
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    headers = {
        name[5:].replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = str(environ[name])
    return headers


def _read_in_turn(reading: BoundedSemaphore, environ: WSGIEnvironment, most: int) -> bytes:
    if not reading.acquire(blocking=False):
        raise TooManyReading
    try:
        return _read(environ["wsgi.input"], most, get_content_length(environ))
    finally:
        reading.release()


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
