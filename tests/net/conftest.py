from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from authorities import Authority, authority_in
from scripted_partner import Partner, Script

from net import AddressGuard, PooledSender, parse_networks
from net.idle import IdleConnections
from net.tls import client_context

StartPartner = Callable[..., Partner]
MakeSender = Callable[..., PooledSender]

TRUST = client_context()


@pytest.fixture
def start_partner() -> Iterator[StartPartner]:
    partners: list[Partner] = []

    def start(script: Script, tls: ssl.SSLContext | None = None) -> Partner:
        partners.append(Partner(script, tls))
        return partners[-1]

    yield start
    for partner in partners:
        partner.close()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """An authority that nobody trusts yet."""
    return authority_in(tmp_path)


@pytest.fixture
def make_sender() -> Iterator[MakeSender]:
    """Makes senders to which every name is 127.0.0.1, which is allowed, and nothing else is."""
    senders: list[PooledSender] = []

    def make(
        resolve: Callable[[str], list[str]] = lambda _: ["127.0.0.1"],
        tls: ssl.SSLContext | None = None,
        idle: IdleConnections | None = None,
        allow: str = "127.0.0.1/32",
        new_tls: Callable[[], ssl.SSLContext] = client_context,
    ) -> PooledSender:
        guard = AddressGuard(parse_networks(allow), resolve=resolve, lifetime=0)
        senders.append(
            PooledSender(
                guard, tls=tls or TRUST, new_tls=new_tls, idle=idle, user_agent="Penstock/test"
            )
        )
        return senders[-1]

    yield make
    for sender in senders:
        sender.close()


@pytest.fixture
def sender(make_sender: MakeSender) -> PooledSender:
    return make_sender()
