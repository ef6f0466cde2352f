"""The sender: guard, connection, exchange and redirects put together into one attempt."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable

from core.clock import Milliseconds
from core.http import (
    FailureKind,
    OutboundRequest,
    OutboundResponse,
    Reach,
    SendFailure,
    SendResult,
)
from net.connections import Connection, connect
from net.deadline import Deadline
from net.exchange import Reply, UnansweredError, exchange
from net.failures import SendError
from net.guard import AddressGuard
from net.headers import default_user_agent
from net.idle import IdleConnections
from net.prepared import PreparedRequest, prepare
from net.redirects import redirected
from net.tls import TlsContexts, client_context


class PooledSender:
    """Implements core.http.Sender over pooled keep-alive connections; safe for threads.

    Every attempt and every redirect goes through the guard. No proxies, no cookies, no retries but
    one: see `_attempt`. Make it after a fork, never before one. `new_tls` makes the context of a
    client certificate, `tls` is that of all other requests.
    """

    def __init__(
        self,
        guard: AddressGuard,
        *,
        tls: ssl.SSLContext | None = None,
        new_tls: Callable[[], ssl.SSLContext] = client_context,
        user_agent: str | None = None,
        idle: IdleConnections | None = None,
    ) -> None:
        self._guard = guard
        self._tls = TlsContexts(tls, new_tls)
        self._idle = IdleConnections() if idle is None else idle
        self._defaults = {
            "user-agent": user_agent or default_user_agent(),
            "accept-encoding": "gzip, deflate",
        }

    def send(self, request: OutboundRequest) -> SendResult:
        """Sends once and waits for the whole answer; every end is a value.

        `request.timeout` covers everything: names, connections, redirects, the body's last byte.
        A redirect beyond `max_redirects` is the answer itself.
        """
        started = time.monotonic()
        deadline, route = Deadline(request.timeout / 1000), _Route()
        try:
            reply = self._follow(request, deadline, route)
        except SendError as error:
            kind = FailureKind.TIMEOUT if _ran_out(error.kind, deadline) else error.kind
            duration, reach = _milliseconds_since(started), self._reach_of(route)
            return SendFailure(kind, str(error), duration, reach=reach)
        return OutboundResponse(
            status=reply.status,
            headers=reply.headers,
            body=reply.body,
            truncated=reply.truncated,
            duration=_milliseconds_since(started),
            reach=self._reach_of(route),
        )

    def close(self) -> None:
        """Closes idle connections; sends under way end as usual."""
        self._idle.close()

    def _reach_of(self, route: _Route) -> Reach:
        return Reach.UNREACHED if route.host is None else self._guard.reach(route.host)

    def _follow(self, request: OutboundRequest, deadline: Deadline, route: _Route) -> Reply:
        prepared = prepare(request, self._defaults)
        for _ in range(request.max_redirects):
            reply = self._attempt(prepared, request, deadline, route)
            following = redirected(prepared, reply.status, reply.headers)
            if following is None:
                return reply
            prepared = following
        return self._attempt(prepared, request, deadline, route)

    def _attempt(
        self,
        prepared: PreparedRequest,
        request: OutboundRequest,
        deadline: Deadline,
        route: _Route,
    ) -> Reply:
        """One request, on an idle connection if there is one to an address judged just now.

        A partner may close an idle connection at the very moment it is used again. When it did so
        without a byte of an answer, the request goes out once more on a fresh connection, provided
        that it is repeatable: nobody can tell whether the partner had read it.
        """
        target, certificate = prepared.target, prepared.certificate
        route.host = None
        addresses = self._guard.addresses(target.host, _reach(request, deadline).left)
        route.host = target.host
        connection = self._idle.take((target.origin, certificate), addresses)
        if connection is not None:
            try:
                return self._use(connection, prepared, request, deadline)
            except UnansweredError:
                if not prepared.repeatable:
                    raise
        tls = self._tls.of(certificate)
        connection = connect(target, addresses, tls, _reach(request, deadline), certificate)
        return self._use(connection, prepared, request, deadline)

    def _use(
        self,
        connection: Connection,
        prepared: PreparedRequest,
        request: OutboundRequest,
        deadline: Deadline,
    ) -> Reply:
        reply = exchange(connection, prepared, request.max_response, deadline)
        if not connection.is_closed:
            self._idle.give(connection)
        return reply


class _Route:
    """The host that a request went to last; None while none was found that may be called."""

    __slots__ = ("host",)

    def __init__(self) -> None:
        self.host: str | None = None


def _reach(request: OutboundRequest, deadline: Deadline) -> Deadline:
    """The time to find a target and connect to it."""
    return deadline.at_most(request.connect_timeout / 1000)


def _ran_out(kind: FailureKind, deadline: Deadline) -> bool:
    return kind in (FailureKind.NAME, FailureKind.CONNECT) and not deadline.left


def _milliseconds_since(started: float) -> Milliseconds:
    return round((time.monotonic() - started) * 1000)
