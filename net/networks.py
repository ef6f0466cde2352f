"""Which IP addresses are public: the special-purpose registries of IANA, as a table.

Sources: the IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890, RFC 8190), the IPv4
and IPv6 multicast address registries, and the IPv6 address space registry, which allots global
unicast from 2000::/3 alone. Stricter than "globally reachable" there: what embeds or relays to
another address (NAT64, 6to4, Teredo, mapped, compatible) is refused as a form, whatever it embeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Network, ip_network

from core.networks import IPAddress, IPNetwork


@dataclass(frozen=True, slots=True)
class SpecialNetwork:
    """Addresses that are not public, and what each of them is called in a message."""

    network: IPNetwork
    name: str


def _table(*rows: tuple[str, str]) -> tuple[SpecialNetwork, ...]:
    return tuple(SpecialNetwork(ip_network(network), name) for network, name in rows)


_SPECIAL_V4 = _table(
    ("0.0.0.0/32", "the unspecified address"),
    ("0.0.0.0/8", "an address of this network (RFC 791)"),
    ("10.0.0.0/8", "a private address"),
    ("100.64.0.0/10", "a shared address of a carrier's NAT (RFC 6598)"),
    ("127.0.0.0/8", "a loopback address"),
    ("169.254.0.0/16", "a link-local address"),
    ("172.16.0.0/12", "a private address"),
    ("192.0.0.0/24", "an address of IETF protocols (RFC 6890)"),
    ("192.0.2.0/24", "a documentation address"),
    ("192.88.99.0/24", "a 6to4 relay address"),
    ("192.168.0.0/16", "a private address"),
    ("198.18.0.0/15", "a benchmarking address"),
    ("198.51.100.0/24", "a documentation address"),
    ("203.0.113.0/24", "a documentation address"),
    ("224.0.0.0/4", "a multicast address"),
    ("255.255.255.255/32", "the broadcast address"),
    ("240.0.0.0/4", "a reserved address"),
)

_SPECIAL_V6 = _table(
    ("::/128", "the unspecified address"),
    ("::1/128", "a loopback address"),
    ("::/96", "an IPv4-compatible address"),
    ("::ffff:0:0/96", "an IPv4-mapped address"),
    ("::ffff:0:0:0/96", "an IPv4-translated address"),
    ("64:ff9b::/96", "a NAT64 address"),
    ("64:ff9b:1::/48", "a NAT64 address"),
    ("100::/64", "a discard address"),
    ("100:0:0:1::/64", "a dummy address (RFC 9780)"),
    ("2001::/32", "a Teredo address"),
    ("2001:2::/48", "a benchmarking address"),
    ("2001:10::/28", "an ORCHID address"),
    ("2001:20::/28", "an ORCHID address"),
    ("2001::/23", "an address of IETF protocols (RFC 2928)"),
    ("2001:db8::/32", "a documentation address"),
    ("2002::/16", "a 6to4 address"),
    ("3fff::/20", "a documentation address"),
    ("5f00::/16", "a segment routing address"),
    ("fc00::/7", "a unique local address"),
    ("fe80::/10", "a link-local address"),
    ("fec0::/10", "a site-local address"),
    ("ff00::/8", "a multicast address"),
)

_GLOBAL_UNICAST_V6 = IPv6Network("2000::/3")


def special_network(address: IPAddress) -> SpecialNetwork | None:
    """The network that makes an address not public, the narrowest one, or None for a public one."""
    table = _SPECIAL_V4 if address.version == 4 else _SPECIAL_V6
    for special in table:
        if address in special.network:
            return special
    if address.version == 6 and address not in _GLOBAL_UNICAST_V6:
        return SpecialNetwork(ip_network(address), "outside the global unicast block 2000::/3")
    return None


def covers(networks: Sequence[IPNetwork], address: IPAddress) -> bool:
    """Whether one of the networks holds the address. An IPv4 network holds no IPv6 form of it."""
    return any(address in network for network in networks)
