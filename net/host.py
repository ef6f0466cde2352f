"""The host of a URL: an address, or a name that nothing could take for an address."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import idna

from core.http import FailureKind
from core.networks import IPAddress
from net.failures import SendError

_LONGEST_INPUT = 1024
"""Characters of an international name that are converted; a name has at most 253 (RFC 1035)."""

_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)


def parse_host(text: str) -> IPAddress | str:
    """The address a host is, or its name in lower-case ASCII (IDNA, UTS 46 mapping).

    An IPv6 address stands here without brackets. Raises SendError: INVALID_REQUEST for what is no
    host, REFUSED_ADDRESS for a number that some resolvers read as an IPv4 address (`2130706433`,
    `0x7f.1`, `0177.0.0.1`): parsers disagree about those, so they are not sent anywhere.
    """
    if ":" in text:
        return _parse_ipv6(text)
    name = _to_ascii(text)
    if _NUMBER.fullmatch(name.removesuffix(".").rpartition(".")[2]):
        return _parse_ipv4(name)
    if not _NAME.fullmatch(name.removesuffix(".")):
        raise SendError(
            FailureKind.INVALID_REQUEST,
            f"the URL's host {_shown(text)} is not a host name; write one such as partner.example",
        )
    return name


def _parse_ipv6(text: str) -> IPv6Address:
    if "%" in text:
        raise SendError(
            FailureKind.INVALID_REQUEST,
            f"the URL's host {_shown(text)} has a zone; addresses with a zone are not taken",
        )
    try:
        return IPv6Address(text)
    except AddressValueError:
        raise SendError(
            FailureKind.INVALID_REQUEST,
            f"the URL's host {_shown(text)} is not an IPv6 address such as [2606:4700::1111]",
        ) from None


def _parse_ipv4(name: str) -> IPv4Address:
    try:
        return IPv4Address(name)
    except AddressValueError:
        raise SendError(
            FailureKind.REFUSED_ADDRESS,
            f"the URL's host {_shown(name)} is a number but no plain IPv4 address; write four "
            "decimal numbers without leading zeros, such as 198.51.100.7",
        ) from None


def _to_ascii(text: str) -> str:
    if text.isascii():
        return text.lower()
    try:
        return idna.encode(text[:_LONGEST_INPUT], uts46=True).decode("ascii").lower()
    except UnicodeError:
        raise SendError(
            FailureKind.INVALID_REQUEST,
            f"the URL's host {_shown(text)} is not a valid international name (IDNA)",
        ) from None


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:80] + "…")
