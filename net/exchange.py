"""One request and its answer on an open connection."""

from __future__ import annotations

import re
import ssl
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException, IncompleteRead

from core.http import FailureKind
from net.bodies import read_body
from net.connections import Connection
from net.deadline import Deadline
from net.failures import SendError
from net.prepared import PreparedRequest
from net.responses import StrictResponse

_FOLD = re.compile(r"[ \t]*\r?\n[ \t]*")


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer; `headers` have lower-cased names, `body` is decoded and cut."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    truncated: bool


class UnansweredError(SendError):
    """The connection was closed before a byte of an answer came."""


def exchange(
    connection: Connection, request: PreparedRequest, max_response: int, deadline: Deadline
) -> Reply:
    """Sends the request and reads its answer up to `max_response` bytes of decoded body.

    The connection is open afterwards only if it can carry another request. Raises SendError
    (TIMEOUT, BROKEN), UnansweredError when nothing at all came back.
    """
    sock = connection.sock
    before = sock.received
    try:
        response = _answer(connection, request, deadline)
        try:
            body, truncated = read_body(response, max_response)
        finally:
            response.close()
    except (OSError, HTTPException, zlib.error) as error:
        connection.close()
        silent = sock.received == before
        raise _failure(connection, error, deadline, silent=silent) from error
    if truncated:
        connection.close()
    return Reply(response.status, _headers_of(response), body, truncated)


def _answer(connection: Connection, request: PreparedRequest, deadline: Deadline) -> StrictResponse:
    connection.sock.settimeout(deadline.remaining())
    # A partner that refuses a body unread may have answered (413) before it closed.
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.write(request.method, request.target.path, request.fields, request.body)
    return connection.answer()


def _headers_of(response: StrictResponse) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        key = name.lower()
        text = _text(value)
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _text(value: str) -> str:
    """A field's value, unfolded, as UTF-8 when it is, else as ISO 8859-1 (RFC 9110, 5.5)."""
    text = (_FOLD.sub(" ", value) if "\n" in value else value).strip(" \t")
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def _failure(
    connection: Connection, error: Exception, deadline: Deadline, *, silent: bool
) -> SendError:
    place = f"{connection.target.authority} ({connection.address})"
    if isinstance(error, TimeoutError):
        part = "no answer" if silent else "no whole answer"
        return SendError(FailureKind.TIMEOUT, f"{part} from {place} within {deadline}")
    if silent and isinstance(error, ConnectionError | ssl.SSLEOFError):
        return UnansweredError(
            FailureKind.BROKEN, f"{place} closed the connection without an answer"
        )
    return SendError(FailureKind.BROKEN, f"{place} {_fault(error)}")


def _fault(error: Exception) -> str:
    match error:
        case ConnectionError() | IncompleteRead():
            return "closed the connection before its answer was whole"
        case ssl.SSLError():
            return f"broke TLS: {error.reason or error}"
        case zlib.error():
            return "sent a body that is not in the content coding it names, or breaks off"
        case OSError():
            return f"broke the connection: {error.strerror or error}"
        case _:
            return f"sent what is not HTTP: {error}"
