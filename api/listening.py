"""The address the server listens at, taken before anything starts that nobody could reach."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

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


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ConfigError for a foreign host or a port that is taken."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, _, _, _, address = found[0]
        listener = socket.create_server((address[0], port), family=family, backlog=BACKLOG)
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


def address_of(listener: socket.socket) -> Address:
    """Where a listening socket can be reached."""
    host, port = listener.getsockname()[:2]
    return Address(ip_address(host), port)


def _taken_or_foreign(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"PENSTOCK_PORT: another program listens at {host}:{port}; stop it, or use another port"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return f"PENSTOCK_HOST: {host} is not an address of this machine"
    return f"PENSTOCK_HOST: {host}:{port} cannot be listened at: {error.strerror}"
