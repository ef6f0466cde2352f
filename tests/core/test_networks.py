"""Addresses as connections and proxies name them, and networks that hold them."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.networks import CallerNetworks, caller_address, parse_network


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::FFFF:c000:201", "192.0.2.1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::192.0.2.1", "::c000:201"),
    ],
)
def test_an_address_is_what_it_is_in_whatever_form(text, address):
    assert str(caller_address(text)) == address


@pytest.mark.parametrize(
    "text", ["", " ", "unknown", "192.0.2", "192.0.2.1 ", "010.0.0.1", "[::1]", "192.0.2.1:80"]
)
def test_what_is_no_address_is_none(text):
    assert caller_address(text) is None


@given(st.text(max_size=60))
def test_no_text_raises(text):
    assert caller_address(text) not in CallerNetworks(())


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_held_in_both_its_forms(address):
    for network in (f"{address}/32", f"::ffff:{address}/128"):
        networks = CallerNetworks([parse_network(network)])
        assert caller_address(str(address)) in networks
        assert caller_address(f"::ffff:{address}") in networks


def test_a_network_of_one_family_holds_none_of_the_other():
    assert ip_address("192.0.2.1") not in CallerNetworks([ip_network("::/0")])
    assert ip_address("2001:db8::1") not in CallerNetworks([ip_network("0.0.0.0/0")])


def test_no_network_holds_what_is_no_address():
    assert None not in CallerNetworks([ip_network("0.0.0.0/0"), ip_network("::/0")])
    assert not CallerNetworks(())
