"""Trigger URLs: where partner systems post. The hot path; it only translates.

They are served before Flask, whose routing and contexts would cost a third of an accepted request.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from http import HTTPStatus
from threading import BoundedSemaphore
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wsgi import get_path_info

from api.inbound import BUSY, TooManyReading, inbound_request
from api.problems import UNEXPECTED
from api.rendering import respond, written
from core.errors import InvalidError
from engine.inbound_replies import Reply
from engine.replies import Problem
from engine.service import Service
from engine.tenants import TENANT_ID

MOST_READING = 256
"""Bodies that may be on their way at once: a sender that stalls holds one of our threads."""

_PREFIX = "/hooks/"
_PHRASES = {one.value: f"{one.value} {one.phrase}" for one in HTTPStatus}
_WITHOUT_BODY = {204, 304}
_REWRITTEN = {"location", "content-location"}
"""Header fields that Flask brings into the form that HTTP wants."""

logger = logging.getLogger(__name__)


class Hooks:
    """WSGI middleware that answers `ANY /hooks/<tenant>/<path>`; all else goes to the application.

    `public_url` is how callers reach the installation, where that is not what the request says.
    """

    def __init__(
        self, application: WSGIApplication, service: Service, public_url: str | None = None
    ) -> None:
        self._application = application
        self._receive = service.intake.receive
        self._reading = BoundedSemaphore(MOST_READING)
        self._public_url = public_url

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers a request."""
        path = get_path_info(environ)
        if not path.startswith(_PREFIX):
            return self._application(environ, start_response)
        tenant, _, below = path.removeprefix(_PREFIX).partition("/")
        if not (TENANT_ID.fullmatch(tenant) and below) or below.startswith("/") or "\n" in below:
            return self._application(environ, start_response)
        return _answer(self._reply(tenant, below, environ), environ, start_response)

    def _reply(self, tenant: str, path: str, environ: WSGIEnvironment) -> Reply:
        try:
            incoming = inbound_request(environ, self._reading, self._public_url)
            return self._receive(tenant, path, incoming)
        except InvalidError as error:
            return Problem(400, "Bad Request", str(error), error.faults)
        except TooManyReading:
            return BUSY
        except Exception:
            logger.exception("%s /hooks/%s/%r failed", environ["REQUEST_METHOD"], tenant, path)
            return UNEXPECTED


def _answer(
    reply: Reply, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    answer = written(reply)
    if environ["REQUEST_METHOD"] == "HEAD" or answer.status in _WITHOUT_BODY:
        return respond(answer)(environ, start_response)
    if any(name.lower() in _REWRITTEN for name, _ in answer.headers):
        # What is no URL goes out as it was written: it is the caller's to refuse.
        with suppress(ValueError):
            return respond(answer)(environ, start_response)
    length = ("Content-Length", str(len(answer.body)))
    status = _PHRASES.get(answer.status) or f"{answer.status} Unknown"
    start_response(status, [*answer.headers, length])
    return [answer.body]
