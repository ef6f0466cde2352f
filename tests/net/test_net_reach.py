"""Where a request went, in words that name nobody."""

from __future__ import annotations

import socket

import pytest
from scripted_partner import always, answer

from core.http import OutboundRequest, Reach
from net import AddressGuard, parse_networks


def test_an_answer_of_an_allowed_address_is_private(sender, start_partner) -> None:
    partner = start_partner(always(answer()))
    assert sender.send(OutboundRequest("GET", partner.url())).reach is Reach.PRIVATE


def test_where_nobody_listens_was_an_address_all_the_same(sender) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    request = OutboundRequest("GET", f"http://partner.example:{port}/")
    assert sender.send(request).reach is Reach.PRIVATE


def test_what_the_guard_refuses_is_not_reached(make_sender, start_partner) -> None:
    partner = start_partner(always(answer()))
    assert make_sender(allow="").send(OutboundRequest("GET", partner.url())).reach == "unreached"


def test_a_name_without_an_address_is_not_reached(make_sender) -> None:
    def resolve(_: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    request = OutboundRequest("GET", "http://nowhere.example/")
    assert make_sender(resolve).send(request).reach is Reach.UNREACHED


@pytest.mark.parametrize(
    ("addresses", "reach"),
    [(["8.8.8.8"], Reach.PUBLIC), (["8.8.8.8", "10.1.2.3"], Reach.PRIVATE)],
)
def test_a_host_is_private_as_soon_as_one_of_its_addresses_is(
    addresses: list[str], reach: Reach
) -> None:
    allowed = parse_networks("10.0.0.0/8")
    guard = AddressGuard(allowed, resolve=lambda _name: addresses)
    guard.addresses("partner.example", 1.0)
    assert guard.reach("partner.example") is reach
