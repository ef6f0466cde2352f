"""Connections to judged addresses, under the name that was asked for."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import cast

from urllib3.util import wait_for_read

from core.http import ClientCertificate, FailureKind
from core.networks import IPAddress
from net.deadline import Deadline, DeadlineSocket
from net.failures import SendError
from net.headers import Fields
from net.responses import StrictResponse
from net.url import Origin, Target

PoolKey = tuple[Origin, ClientCertificate | None]
"""What an open connection is good for: an origin, and as whom it knows us."""

_MOST_TRIED = 8
"""Addresses of one name; with more, each one's share of the time would be too short."""
_USUALLY_WITH_BODY = frozenset({"PATCH", "POST", "PUT"})


class Connection:
    """An open connection to one address of a target, for one request after the other.

    Ours, because what the libraries add is not wanted here: urllib3's pool does not say whether a
    connection was used before, its answers cost as much again, and its TLS sets up the shared
    context anew for every connection, which crashes under threads (CPython issue 141012).
    """

    def __init__(
        self,
        target: Target,
        address: IPAddress,
        sock: DeadlineSocket,
        certificate: ClientCertificate | None = None,
    ) -> None:
        self.target = target
        self.address = address
        self.pool_key: PoolKey = (target.origin, certificate)
        self.idle_since = 0.0
        self.sock = sock
        self.is_closed = False
        self._method = ""

    @property
    def is_quiet(self) -> bool:
        """Whether nothing has come since the last answer, the end of the connection included."""
        return not wait_for_read(self.sock, timeout=0.0)

    def write(self, method: str, path: str, fields: Fields, body: bytes | None) -> None:
        """Sends a whole request. A method that usually has a body says so when it has none."""
        head = [f"{method} {path} HTTP/1.1", f"Host: {self.target.host_field}"]
        head += [f"{name}: {value}" for name, value in fields.items()]
        if body is not None or method in _USUALLY_WITH_BODY:
            head.append(f"Content-Length: {len(body or b'')}")
        # In one piece: each call gives the interpreter's lock away, and two make two packets.
        self.sock.sendall("\r\n".join([*head, "", ""]).encode("latin-1") + (body or b""))
        self._method = method

    def answer(self) -> StrictResponse:
        """The answer with its head read; the body is still to be read from it.

        A connection that the partner closes after this answer is closed here: what is left of it
        belongs to the answer.
        """
        response = StrictResponse(self.sock, method=self._method)
        try:
            response.begin()
        except BaseException:
            response.close()
            raise
        if response.will_close:
            self.close()
        return response

    def close(self) -> None:
        """Closes the connection, or leaves it to the answer that is still being read."""
        self.is_closed = True
        self.sock.close()


def connect(
    target: Target,
    addresses: Sequence[IPAddress],
    tls: ssl.SSLContext,
    deadline: Deadline,
    certificate: ClientCertificate | None = None,
) -> Connection:
    """A fresh connection to the first address that takes it, each given its share of the time.

    The deadline covers TCP and the TLS handshake, in which SNI and the check of the certificate go
    by the target's name; `tls` shows the client's `certificate`. Raises SendError (CONNECT) saying
    what each address answered, or what is wrong with the certificate.
    """
    sock, address = reach(target, addresses[:_MOST_TRIED], deadline)
    if target.scheme == "https":
        sock = _secure(target, sock, tls, deadline)
    return Connection(target, address, sock, certificate)


def reach(
    target: Target, addresses: Sequence[IPAddress], deadline: Deadline
) -> tuple[DeadlineSocket, IPAddress]:
    """A socket to the first address that takes it, TCP alone. Raises SendError (CONNECT)."""
    faults = []
    for index, address in enumerate(addresses):
        try:
            return _open(address, target.port, deadline, len(addresses) - index), address
        except OSError as error:
            faults.append(_reach_fault(f"{target.authority} ({address})", error, deadline))
    raise SendError(FailureKind.CONNECT, "; ".join(faults))


def _open(address: IPAddress, port: int, deadline: Deadline, shares: int) -> DeadlineSocket:
    family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
    sock = DeadlineSocket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(deadline.remaining() / shares)
        sock.connect((str(address), port))
        sock.settimeout(deadline.remaining())
    except OSError:
        sock.close()
        raise
    return sock


def _secure(
    target: Target, sock: DeadlineSocket, tls: ssl.SSLContext, deadline: Deadline
) -> DeadlineSocket:
    try:
        return cast("DeadlineSocket", tls.wrap_socket(sock, server_hostname=target.name))
    except OSError as error:
        sock.close()
        raise SendError(FailureKind.CONNECT, _tls_fault(target, error, deadline)) from error


def _reach_fault(place: str, error: OSError, deadline: Deadline) -> str:
    match error:
        case ConnectionRefusedError():
            return f"connection refused by {place}"
        case TimeoutError():
            return f"no connection to {place} within {deadline}"
        case _:
            return f"no connection to {place}: {error.strerror or error}"


def _tls_fault(target: Target, error: OSError, deadline: Deadline) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"the certificate of {target.authority} is refused: {error.verify_message}"
        case TimeoutError():
            return f"no TLS connection to {target.authority} within {deadline}"
        case ssl.SSLError():
            reason = (error.reason or str(error)).replace("_", " ").lower()
            return f"no TLS connection to {target.authority}: {reason}"
        case _:
            return f"{target.authority} broke off the TLS handshake: {error.strerror or error}"
