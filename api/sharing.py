"""Several processes behind one port: what one of them changed holds for all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class LookingFirst:
    """WSGI middleware that looks whether other processes changed something before it answers.

    Whoever was told that a change is made finds it made, whichever process they come to next.
    """

    def __init__(self, application: WSGIApplication, look: Callable[[], None]) -> None:
        self._application = application
        self._look = look

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers a request."""
        self._look()
        return self._application(environ, start_response)
