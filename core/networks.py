"""IP addresses and networks: read from text, and which holds which."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from core.errors import ConfigError

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

_MAPPED = IPv6Network("::ffff:0:0/96")
_EXAMPLES = "write CIDRs such as 10.0.0.0/8,::1/128"


def parse_networks(text: str, setting: str = "PENSTOCK_ALLOW_PRIVATE") -> tuple[IPNetwork, ...]:
    """The networks in a comma-separated list of CIDRs: `10.0.0.0/8,::1/128`; none in a blank text.

    Raises ConfigError, with one line that names `setting` and the entry at fault.
    """
    if not text.strip():
        return ()
    try:
        return tuple(parse_network(entry.strip()) for entry in text.split(","))
    except ValueError as error:
        raise ConfigError(f"{setting}: {error}") from None


def parse_network(entry: str) -> IPNetwork:
    """The network of a CIDR; a bare address is the network of itself. Raises ValueError."""
    with suppress(ValueError):
        return ip_network(entry)
    try:
        network = ip_network(entry, strict=False)
    except ValueError:
        raise ValueError(f"{entry!r} is not a network; {_EXAMPLES}") from None
    raise ValueError(f"{entry!r} names a host inside a network; write {network}")


def caller_address(text: str) -> IPAddress | None:
    """The address that a connection or a proxy names, or None where the text names none.

    An IPv4 address in its IPv6 form (`::ffff:192.0.2.1`) is the IPv4 address it is: a socket for
    both families reports it so. The zone of an IPv6 address is left out.
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return address if address.version == 4 else address.ipv4_mapped or address


class CallerNetworks:
    """Networks that callers are looked for in; `CallerNetworks(())` holds nobody."""

    __slots__ = ("_networks",)

    def __init__(self, networks: Iterable[IPNetwork]) -> None:
        self._networks = frozenset(map(_plain, networks))

    def __contains__(self, address: IPAddress | None) -> bool:
        """Whether one of them holds an address of `caller_address`; none holds None."""
        return address is not None and any(address in network for network in self._networks)

    def __bool__(self) -> bool:
        return bool(self._networks)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CallerNetworks) and self._networks == other._networks

    def __hash__(self) -> int:
        return hash(self._networks)


def _plain(network: IPNetwork) -> IPNetwork:
    """An IPv4 network that was written in its IPv6 form, as the IPv4 network it is."""
    if network.version == 4 or not network.subnet_of(_MAPPED):
        return network
    last_32_bits = int(network.network_address) & 0xFFFF_FFFF
    return IPv4Network((last_32_bits, network.prefixlen - 96))
