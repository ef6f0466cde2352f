from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError
from core.networks import parse_networks
from net.networks import covers, special_network

STRICTER_THAN_THE_STANDARD_LIBRARY = {
    "192.88.99.1": "a 6to4 relay address",
    "224.0.0.1": "a multicast address",
    "192.0.0.9": "an address of IETF protocols (RFC 6890)",
    "::7f00:1": "an IPv4-compatible address",
    "64:ff9b::7f00:1": "a NAT64 address",
    "64:ff9b:1::1": "a NAT64 address",
    "100:0:0:1::1": "a dummy address (RFC 9780)",
    "2002:7f00:1::": "a 6to4 address",
    "3fff::1": "a documentation address",
    "5f00::1": "a segment routing address",
    "fec0::1": "a site-local address",
    "ff02::1": "a multicast address",
    "4000::1": "outside the global unicast block 2000::/3",
}


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("0.0.0.0", "the unspecified address"),
        ("0.1.2.3", "an address of this network (RFC 791)"),
        ("10.255.255.255", "a private address"),
        ("100.64.0.1", "a shared address of a carrier's NAT (RFC 6598)"),
        ("100.127.255.255", "a shared address of a carrier's NAT (RFC 6598)"),
        ("127.0.0.1", "a loopback address"),
        ("127.255.255.254", "a loopback address"),
        ("169.254.169.254", "a link-local address"),
        ("172.16.0.1", "a private address"),
        ("172.31.255.255", "a private address"),
        ("192.0.2.1", "a documentation address"),
        ("192.168.1.1", "a private address"),
        ("198.19.255.255", "a benchmarking address"),
        ("198.51.100.1", "a documentation address"),
        ("203.0.113.1", "a documentation address"),
        ("239.255.255.255", "a multicast address"),
        ("240.0.0.1", "a reserved address"),
        ("255.255.255.255", "the broadcast address"),
        ("::", "the unspecified address"),
        ("::1", "a loopback address"),
        ("::ffff:127.0.0.1", "an IPv4-mapped address"),
        ("::ffff:8.8.8.8", "an IPv4-mapped address"),
        ("::ffff:0:8.8.8.8", "an IPv4-translated address"),
        ("100::1", "a discard address"),
        ("2001::1", "a Teredo address"),
        ("2001:2::1", "a benchmarking address"),
        ("2001:10::1", "an ORCHID address"),
        ("2001:2f::1", "an ORCHID address"),
        ("2001:1::1", "an address of IETF protocols (RFC 2928)"),
        ("2001:db8::1", "a documentation address"),
        ("fd00::1", "a unique local address"),
        ("fe80::1", "a link-local address"),
        ("febf::1", "a link-local address"),
        *STRICTER_THAN_THE_STANDARD_LIBRARY.items(),
    ],
)
def test_an_address_that_is_not_public_is_named(address: str, name: str) -> None:
    special = special_network(ip_address(address))

    assert special is not None
    assert special.name == name
    assert ip_address(address) in special.network


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2001:200::1",
        "2003::1",
        "2606:4700::1111",
        "3ffe::1",
        "3fff:1000::1",
    ],
)
def test_the_neighbours_of_special_networks_are_public(address: str) -> None:
    assert special_network(ip_address(address)) is None


def _around_borders() -> st.SearchStrategy[IPv4Address | IPv6Address]:
    return st.one_of(
        st.ip_addresses(v=4),
        st.ip_addresses(v=6),
        st.integers(0, 2**125 - 1).map(lambda number: IPv6Address((1 << 125) | number)),
    )


@given(_around_borders())
def test_what_is_public_here_is_global_and_unicast_to_the_standard_library(
    address: IPv4Address | IPv6Address,
) -> None:
    if special_network(address) is None:
        assert address.is_global
        assert not address.is_multicast


@given(_around_borders())
def test_what_the_standard_library_calls_special_is_refused_here(
    address: IPv4Address | IPv6Address,
) -> None:
    special = (
        not address.is_global
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or address.is_loopback
        or address.is_link_local
    )
    if special:
        assert special_network(address) is not None


def test_networks_are_read_from_a_comma_separated_list() -> None:
    networks = parse_networks(" 10.0.0.0/8, ::1/128,192.168.7.9 ")

    assert [str(network) for network in networks] == ["10.0.0.0/8", "::1/128", "192.168.7.9/32"]
    assert parse_networks("") == parse_networks("  ") == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("10.0.0.5/8", "'10.0.0.5/8' names a host inside a network; write 10.0.0.0/8"),
        ("10.0.0.0/8,", "'' is not a network; write CIDRs such as 10.0.0.0/8,::1/128"),
        ("everything", "'everything' is not a network"),
        ("10.0.0.0/33", "'10.0.0.0/33' is not a network"),
    ],
)
def test_a_bad_network_stops_the_start_with_one_line(text: str, fault: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_networks(text)

    assert str(caught.value).startswith(f"PENSTOCK_ALLOW_PRIVATE: {fault}")
    assert "\n" not in str(caught.value)


def test_an_ipv4_network_covers_no_ipv6_form_of_its_addresses() -> None:
    allowed = parse_networks("127.0.0.0/8")

    assert covers(allowed, ip_address("127.0.0.1"))
    assert not covers(allowed, ip_address("::ffff:127.0.0.1"))
    assert covers(parse_networks("::ffff:127.0.0.0/104"), ip_address("::ffff:127.0.0.1"))
