"""The address the server listens at, taken before anything starts that nobody could reach."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Self

from core.errors import ConfigError

BACKLOG = 1024
"""Connections that wait to be accepted; they outlive a working process that dies."""


@dataclass(frozen=True, slots=True)
class Address:
    """An IP address and port that is listened at."""

    ip: IPv4Address | IPv6Address
    port: int

    @property
    def local(self) -> IPv4Address | IPv6Address:
        """The IP address at which this machine reaches it."""
        if not self.ip.is_unspecified:
            return self.ip
        return ip_address("127.0.0.1" if self.ip.version == 4 else "::1")

    @property
    def url(self) -> str:
        """The base URL at which this machine reaches it."""
        host = f"[{self.local}]" if self.local.version == 6 else str(self.local)
        return f"http://{host}:{self.port}"

    @property
    def is_for_this_machine(self) -> bool:
        """Whether no other machine can reach it."""
        return self.ip.is_loopback


class Listeners:
    """One listening socket for each working process, all at one address."""

    def __init__(self, sockets: Sequence[socket.socket]) -> None:
        self.sockets = tuple(sockets)

    @property
    def address(self) -> Address:
        """Where they can be reached."""
        host, port = self.sockets[0].getsockname()[:2]
        return Address(ip_address(host), port)

    def take(self, number: int) -> socket.socket:
        """The socket of one process, which leaves the others to the others."""
        for other, one in enumerate(self.sockets):
            if other != number:
                one.close()
        return self.sockets[number]

    def close(self) -> None:
        """Lets nobody in any more."""
        for one in self.sockets:
            one.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def listen(host: str, port: int, count: int = 1) -> Listeners:
    """So many listening sockets. Raises ConfigError for a foreign host or a port that is taken.

    The system deals connections out among them: of one socket that all accept from, whoever is
    awake takes most.
    """
    first = _listen(host, port, shared=count > 1)
    port = first.getsockname()[1]
    try:
        others = [_listen(host, port, shared=True, beside=True) for _ in range(1, count)]
    except ConfigError:
        first.close()
        raise
    return Listeners([first, *others])


def _listen(host: str, port: int, *, shared: bool, beside: bool = False) -> socket.socket:
    """A listening socket, `beside` others of this process at the same address or before them."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, _, _, _, address = found[0]
        listener = _bound(family, str(address[0]), port, shared=shared, beside=beside)
        listener.listen(BACKLOG)
    except UnicodeError:
        raise ConfigError(f"PENSTOCK_HOST: {host[:60]!r} is not a host name or address") from None
    except socket.gaierror as error:
        raise ConfigError(f"PENSTOCK_HOST: {host[:60]!r} is unknown: {error.strerror}") from None
    except PermissionError:
        words = "this user may not listen there; use a port from 1024 on"
        raise ConfigError(f"PENSTOCK_PORT: {host}:{port}: {words}") from None
    except OSError as error:
        raise ConfigError(_taken_or_foreign(host, port, error)) from None
    # Connections inherit it: an answer must not wait for the next packet to go with.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _bound(family: int, host: str, port: int, *, shared: bool, beside: bool) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if beside:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind((host, port))
        if shared:
            # Not before: nobody else may be there, but others may come beside it.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    except OSError:
        bound.close()
        raise
    return bound


def _taken_or_foreign(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"PENSTOCK_PORT: another program listens at {host}:{port}; stop it, or use another port"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return f"PENSTOCK_HOST: {host} is not an address of this machine"
    return f"PENSTOCK_HOST: {host}:{port} cannot be listened at: {error.strerror}"
