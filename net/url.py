"""URLs, parsed once and strictly: what is connected to is what was judged, part by part."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from core.http import FailureKind
from net.failures import SendError
from net.host import parse_host

Origin = tuple[str, str, int]
"""Scheme, host and port (RFC 6454)."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNFIT = re.compile(r"[\x00-\x20\x7f-\x9f\\\ud800-\udfff]")
_PARTS = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)"
    r"(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?:#.*)?"
)
_AUTHORITY = re.compile(r"(?:\[(?P<ipv6>[^\[\]]*)\]|(?P<name>[^:\[\]]*))(?::(?P<port>[0-9]{1,5}))?")
_READY = re.compile(r"[A-Za-z0-9!$%&'()*+,./:;=?@_~-]*", re.ASCII)
_KEPT = "!$%&'()*+,./:;=?@_~-"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes. `host` is an ASCII name or an address without brackets.

    `path` is what stands in the request line: path and query, percent-encoded, without a fragment.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> Origin:
        """What a connection is good for, and what credentials must not leave."""
        return (self.scheme, self.host, self.port)

    @property
    def name(self) -> str:
        """The host as certificates name it: without the dot that roots a name."""
        return self.host.removesuffix(".")

    @property
    def host_field(self) -> str:
        """The Host header (RFC 9110, section 7.2): without the scheme's own port."""
        host = f"[{self.host}]" if ":" in self.host else self.name
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def authority(self) -> str:
        """Host and port as messages name them: `partner.example:443`, `[2606:4700::1111]:443`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL again, as the base of a relative reference."""
        return f"{self.scheme}://{self.authority}{self.path}"


def parse_url(text: str) -> Target:
    """The target of an absolute http or https URL (RFC 3986); raises SendError with the fault.

    Stricter than the RFC where parsers disagree: no user info, no backslash, no white space, no
    control characters, no empty port. Characters of an IRI are percent-encoded as UTF-8 (RFC 3987).
    """
    unfit = _UNFIT.search(text)
    if unfit:
        raise _refused(f"has the character {unfit[0]!r}; write it percent-encoded")
    parts = _PARTS.fullmatch(text)
    if parts is None or parts["scheme"].lower() not in _DEFAULT_PORTS:
        raise _refused("has to begin with http:// or https://")
    scheme = parts["scheme"].lower()
    host, port = _parse_authority(parts["authority"])
    path = (parts["path"] or "/") + (parts["query"] or "")
    return Target(scheme, host, port or _DEFAULT_PORTS[scheme], _encoded(path))


@lru_cache(maxsize=1024)
def _parse_authority(authority: str) -> tuple[str, int | None]:
    if "@" in authority:
        raise _refused("has a user or password before its host; send credentials in a header")
    found = _AUTHORITY.fullmatch(authority)
    if found is None:
        raise _refused("has a host or port that cannot be read; write host or host:port")
    host = found["name"] if found["ipv6"] is None else found["ipv6"]
    if not host:
        raise _refused("has no host")
    if found["ipv6"] is not None and ":" not in host:
        raise _refused("has brackets around what is no IPv6 address")
    return str(parse_host(host)), _parse_port(found["port"])


def _parse_port(digits: str | None) -> int | None:
    if digits is None:
        return None
    port = int(digits)
    if not 1 <= port <= 65_535:
        raise _refused(f"has the port {port}; ports go from 1 to 65535")
    return port


def _encoded(path: str) -> str:
    return path if _READY.fullmatch(path) else quote(path, safe=_KEPT)


def _refused(fault: str) -> SendError:
    return SendError(FailureKind.INVALID_REQUEST, f"the URL {fault}")
