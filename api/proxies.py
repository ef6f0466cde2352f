"""Proxies before the server: what they say of a request, where the operator trusts them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from core.networks import CallerNetworks, caller_address

_WITH_PORT = re.compile(r"\[([^\]]*)\](?::[0-9]+)?|([0-9.]+):[0-9]+")
_HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


class TrustedProxies:
    """WSGI middleware that looks through proxies: the caller stands in the place of the proxy.

    When the peer of the connection is in one of the networks, `REMOTE_ADDR` becomes the address
    that `X-Forwarded-For` gives, the scheme that of `X-Forwarded-Proto`, and the host that of
    `X-Forwarded-Host`. What anybody else says there is believed of nobody.
    """

    def __init__(self, application: WSGIApplication, networks: CallerNetworks) -> None:
        self._application = application
        self._networks = networks

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers a request as the application does."""
        peer = environ.get("REMOTE_ADDR", "")
        if caller_address(peer) in self._networks:
            forwarded = environ.get("HTTP_X_FORWARDED_FOR", "")
            environ["REMOTE_ADDR"] = caller_behind(peer, forwarded, self._networks)
            _take_over(environ)
        return self._application(environ, start_response)


def caller_behind(proxy: str, forwarded_for: str, trusted: CallerNetworks) -> str:
    """The caller behind a trusted proxy: the right-most address that is no trusted proxy's.

    Whoever comes first when all are trusted, and the proxy itself when it names nobody. Nothing,
    which no list of addresses holds, when what a trusted proxy names is no address.
    """
    named = [part.strip() for part in forwarded_for.split(",") if part.strip()]
    caller = proxy
    for text in reversed(named):
        address = caller_address(_without_port(text))
        if address is None:
            return ""
        caller = str(address)
        if address not in trusted:
            break
    return caller


def _without_port(text: str) -> str:
    found = _WITH_PORT.fullmatch(text)
    return (found[1] or found[2] or "") if found else text


def _take_over(environ: WSGIEnvironment) -> None:
    """Puts scheme and host in place as the caller used them, where the proxy says so."""
    scheme = _last(environ, "HTTP_X_FORWARDED_PROTO").lower()
    if scheme in ("http", "https"):
        environ["wsgi.url_scheme"] = scheme
    host = _last(environ, "HTTP_X_FORWARDED_HOST")
    if _HOST.fullmatch(host):
        environ["HTTP_HOST"] = host


def _last(environ: WSGIEnvironment, name: str) -> str:
    """The value that the nearest proxy added."""
    value: str = environ.get(name, "")
    return value.rpartition(",")[2].strip()
