"""HTTP for Apprise's services: `requests` with every way out but the one through the guard closed.

A service gets `GuardedRequests` where it looks for the module `requests`. Certificates are always
checked, neither proxies nor credentials of the environment are used, and an answer is bounded.
"""

from __future__ import annotations

import ssl
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.util import Timeout

from core.http import FailureKind
from net.deadline import DeadlineSocket, DeadlineTlsSocket
from net.failures import SendError
from net.notifications.call import Call, current_call
from net.tls import client_context

MOST_BYTES = 1 << 20
"""Bytes of an answer; what is longer is no answer to a notification."""
MOST_REDIRECTS = 5

_WORDS = ("application/json", "text/plain")
"""Answers that may hold a reason in words."""
_TRANSIENT = frozenset({408, 425, 429})


class _Connection(HTTPConnection):
    def _new_conn(self) -> DeadlineSocket:
        return _connect(self)


class _TlsConnection(HTTPSConnection):
    def _new_conn(self) -> DeadlineSocket:
        return _connect(self)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def _connect(connection: HTTPConnection) -> DeadlineSocket:
    seconds = Timeout.resolve_default_timeout(connection.timeout)
    try:
        return current_call().connect(connection.host, connection.port or 0, seconds)
    except SendError as error:
        raise NewConnectionError(connection, str(error)) from error


class _Adapter(HTTPAdapter):
    """Sends over the pools above, and reads an answer whole before it hands it on."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def cert_verify(self, conn: Any, _url: Any, _verify: Any, _cert: Any) -> None:
        conn.cert_reqs = "CERT_REQUIRED"

    def send(self, request: Any, *args: Any, **options: Any) -> requests.Response:
        call = current_call()
        try:
            response = super().send(request, *args, **{**options, "stream": True})
            _read(response)
        except requests.RequestException as error:
            if not isinstance(_root(error), SendError):
                call.failed(*_failure(call, error))
            raise
        status = response.status_code
        transient = status in _TRANSIENT or status >= 500
        call.answered(status, _reply(response), transient=transient)
        return response


def _read(response: requests.Response) -> None:
    """Reads the body within its bound. Raises RequestException."""
    body = bytearray()
    for piece in response.iter_content(1 << 16):
        body += piece
        if len(body) > MOST_BYTES:
            response.close()
            raise requests.RequestException(f"an answer of more than {MOST_BYTES} bytes")
    response._content = bytes(body)


def _reply(response: requests.Response) -> str:
    content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    words = response.reason or ""
    if content_type in _WORDS and response.status_code != 204:
        words = f"{words}: {response.content[:1000].decode(errors='replace')}"
    return words


def _failure(call: Call, error: requests.RequestException) -> tuple[FailureKind, str]:
    match error:
        case requests.exceptions.SSLError():
            return FailureKind.CONNECT, f"no TLS connection to {call.host}: {_why(error)}"
        case requests.Timeout():
            return FailureKind.TIMEOUT, f"no whole answer from {call.host} in time"
        case requests.ConnectionError() | requests.exceptions.ChunkedEncodingError():
            return FailureKind.BROKEN, f"{call.host} broke off before its answer was whole"
    return FailureKind.BROKEN, f"{call.host} could not be asked: {type(error).__name__}"


def _why(error: BaseException) -> str:
    """What is wrong with a certificate, where that is what is wrong."""
    root = _root(error)
    if isinstance(root, ssl.SSLCertVerificationError):
        return f"the certificate is refused: {root.verify_message}"
    return "the handshake failed"


def _root(error: BaseException) -> BaseException:
    """The error that the libraries have wrapped."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    return error


class GuardedRequests:
    """What services use of the module `requests`; each request has a session of its own."""

    codes = requests.codes
    exceptions = requests.exceptions
    RequestException = requests.RequestException
    TooManyRedirects = requests.TooManyRedirects

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """As in requests, under the call of this thread."""
        call = current_call()
        with requests.Session() as session:
            session.trust_env = False
            session.max_redirects = MOST_REDIRECTS
            adapter = _Adapter(_context(call))
            session.mount("http://", adapter)
            session.mount("https://", adapter)
            return session.request(method, url, **{**options, "verify": True, "stream": False})

    def get(self, url: str, **options: Any) -> requests.Response:
        """As in requests."""
        return self.request("GET", url, **options)

    def post(self, url: str, data: Any = None, **options: Any) -> requests.Response:
        """As in requests."""
        return self.request("POST", url, data=data, **options)

    def put(self, url: str, data: Any = None, **options: Any) -> requests.Response:
        """As in requests."""
        return self.request("PUT", url, data=data, **options)

    def delete(self, url: str, **options: Any) -> requests.Response:
        """As in requests."""
        return self.request("DELETE", url, **options)


def _context(call: Call) -> ssl.SSLContext:
    """A context whose sockets keep to the deadline of the call."""
    context = client_context()
    context.sslsocket_class = tls_sockets(call)
    return context


def tls_sockets(call: Call) -> type[ssl.SSLSocket]:
    """The class of TLS sockets that keep to the deadline of a call."""
    return type("CallTlsSocket", (DeadlineTlsSocket,), {"last_moment": call.last_moment})
