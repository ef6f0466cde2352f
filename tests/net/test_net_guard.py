from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.http import FailureKind
from net import AddressGuard, parse_networks
from net.failures import SendError
from net.lookups import system_resolve

PUBLIC = "93.184.216.34"


def guard_of(*answers: Sequence[str], allow: str = "", lifetime: float = 0) -> AddressGuard:
    """A guard whose resolver gives these answers, one a look-up, the last one for ever."""
    remaining = list(answers)
    return AddressGuard(
        parse_networks(allow),
        resolve=lambda _: remaining.pop(0) if len(remaining) > 1 else remaining[0],
        lifetime=lifetime,
    )


def refusal_of(guard: AddressGuard, host: str = "partner.example") -> str:
    with pytest.raises(SendError) as caught:
        guard.addresses(host, 1)
    assert caught.value.kind is FailureKind.REFUSED_ADDRESS
    return str(caught.value)


def test_a_public_name_gives_every_address_in_order() -> None:
    guard = guard_of(["2606:4700::1111", PUBLIC])

    found = guard.addresses("partner.example", 1)

    assert found == (ip_address("2606:4700::1111"), ip_address(PUBLIC))


def test_a_refusal_says_what_the_address_is_and_what_an_operator_can_do() -> None:
    assert refusal_of(guard_of(["10.0.0.5"])) == (
        "partner.example resolves to 10.0.0.5, a private address; "
        "an operator can allow it with PENSTOCK_ALLOW_PRIVATE=10.0.0.0/8"
    )
    assert refusal_of(guard_of(), "127.0.0.1") == (
        "127.0.0.1 is a loopback address; "
        "an operator can allow it with PENSTOCK_ALLOW_PRIVATE=127.0.0.0/8"
    )


@pytest.mark.parametrize("answer", [[PUBLIC, "10.0.0.5"], ["10.0.0.5", PUBLIC]])
def test_one_private_address_among_public_ones_refuses_the_name(answer: list[str]) -> None:
    assert "resolves to 10.0.0.5, a private address" in refusal_of(guard_of(answer))


def test_a_name_that_turns_private_is_refused_at_the_next_look() -> None:
    guard = guard_of([PUBLIC], ["127.0.0.1"])

    assert guard.addresses("rebind.example", 1) == (ip_address(PUBLIC),)
    assert "127.0.0.1, a loopback address" in refusal_of(guard, "rebind.example")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:5",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "fe80::1",
        "fd00::1",
        "ff02::1",
    ],
)
def test_literal_addresses_are_judged_without_a_look_up(host: str) -> None:
    refusal_of(AddressGuard(resolve=lambda _: pytest.fail("looked up"), lifetime=0), host)


def test_an_operator_allows_networks_and_nothing_beside_them() -> None:
    guard = guard_of(["10.1.2.3"], ["10.1.2.3", "192.168.0.1"], allow="10.0.0.0/8")

    assert guard.addresses("inside.example", 1) == (ip_address("10.1.2.3"),)
    assert "192.168.0.1" in refusal_of(guard)
    assert "an IPv4-mapped address" in refusal_of(guard, "::ffff:10.1.2.3")
    assert "but no plain IPv4 address" in refusal_of(guard, "167772161")


def test_a_verdict_holds_for_its_lifetime_and_no_longer() -> None:
    now = 100.0
    answers = [[PUBLIC], ["10.0.0.5"]]
    guard = AddressGuard(resolve=lambda _: answers.pop(0), lifetime=5, now=lambda: now)

    guard.addresses("partner.example", 1)
    now = 104.9
    assert guard.addresses("partner.example", 1) == (ip_address(PUBLIC),)
    now = 105.0
    assert "10.0.0.5" in refusal_of(guard)


def test_the_machines_resolver_is_asked_by_default() -> None:
    assert "127.0.0.1" in system_resolve("localhost")
    assert "a loopback address" in refusal_of(AddressGuard(), "localhost")


def _gaierror(_: str) -> list[str]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.parametrize(
    ("resolve", "reason"),
    [
        (_gaierror, "Name or service not known"),
        (lambda _: [], "no usable address found"),
        (lambda _: ["not an address"], "no usable address found"),
    ],
)
def test_a_name_without_an_address_does_not_resolve(resolve, reason: str) -> None:
    with pytest.raises(SendError) as caught:
        AddressGuard(resolve=resolve).addresses("nowhere.example", 1)

    assert caught.value.kind is FailureKind.NAME
    assert str(caught.value) == f"the name nowhere.example does not resolve: {reason}"


def test_a_slow_look_up_is_left_shared_and_its_result_is_there_for_the_next() -> None:
    looked_up = []
    release = threading.Event()

    def resolve(name: str) -> list[str]:
        looked_up.append(name)
        release.wait(10)
        return [PUBLIC]

    guard = AddressGuard(resolve=resolve, lifetime=60)
    for _ in range(3):
        with pytest.raises(SendError) as caught:
            guard.addresses("slow.example", 0.01)
        assert caught.value.kind is FailureKind.NAME
        assert str(caught.value).endswith("does not resolve: no answer from DNS within 10ms")

    release.set()
    assert guard.addresses("slow.example", 10) == (ip_address(PUBLIC),)
    assert looked_up == ["slow.example"]


def test_callers_at_the_same_time_get_the_same_addresses() -> None:
    callers = 8
    together = threading.Barrier(callers)
    guard = guard_of([PUBLIC])

    def ask(_: int) -> object:
        together.wait(10)
        return guard.addresses("busy.example", 10)

    with ThreadPoolExecutor(callers) as pool:
        assert set(pool.map(ask, range(callers))) == {(ip_address(PUBLIC),)}


@given(st.ip_addresses(v=4).filter(lambda address: not address.is_global))
def test_no_form_of_a_private_address_passes(address: IPv4Address) -> None:
    number = int(address)
    guard = guard_of([str(address)])
    for host in (
        str(address),
        str(number),
        f"{number:#x}",
        f"0{number:o}",
        f"::ffff:{address}",
        f"::{address}",
        f"64:ff9b::{address}",
        f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1",
        "name.example",
    ):
        refusal_of(guard, host)
