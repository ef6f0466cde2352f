"""A list of addresses: who is not on it gets 403, whatever else he shows, and is not read."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from core.webhooks import Received
from tests.triggers.signing import SIGNERS, URL
from triggers.webhook import SPEC

NETWORKS = ["203.0.113.0/24", "198.51.100.7", "2001:db8:1::/48", "::ffff:192.0.2.0/120"]
GITHUB = next(one for one in SIGNERS if one.scheme == "github")


@pytest.mark.parametrize(
    "address",
    [
        "203.0.113.0",
        "203.0.113.255",
        "198.51.100.7",
        "2001:db8:1::1",
        "2001:0DB8:0001:ffff::",
        "2001:db8:1::1%eth0",
        "::ffff:203.0.113.9",
        "::ffff:cb00:7109",
        "192.0.2.77",
        "::ffff:192.0.2.77",
    ],
)
def test_who_is_on_the_list_is_taken(caller, address):
    assert isinstance(caller(allow_ips=NETWORKS)(address=address), Received)


@pytest.mark.parametrize(
    "address",
    [
        "203.0.114.0",
        "198.51.100.8",
        "2001:db8:2::1",
        "::ffff:198.51.100.8",
        "::cb00:7109",
        "127.0.0.1",
        "::1",
        "",
        "unknown",
        "203.0.113.9, 203.0.113.9",
        "203.0.113.9:80",
        "3405803785",
    ],
)
def test_who_is_not_gets_403_and_is_not_read(caller, address):
    call = caller(allow_ips=NETWORKS)
    answer = call(address=address)
    assert (answer.status, answer.title) == (403, "Forbidden")
    assert (address or "an unknown address") in answer.detail
    assert call.bodies_read == 0


def test_a_list_stands_beside_any_kind_of_authentication(caller):
    options = {"allow_ips": ["203.0.113.0/24"], "auth": GITHUB.auth}
    call = caller({"KEY": GITHUB.secret}, **options)
    signed = {"headers": GITHUB.headers(), "url": URL}
    assert isinstance(call(GITHUB.body, **signed, address="203.0.113.9"), Received)
    assert call(GITHUB.body, **signed, address="198.51.100.9").status == 403
    assert call(GITHUB.body, address="203.0.113.9").status == 401


def test_without_a_list_everybody_may_call(caller):
    assert isinstance(caller()(address=""), Received)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("203.0.113.9/24", "names a host inside a network; write 203.0.113.0/24"),
        ("203.0.113.0/33", "is not a network; write CIDRs such as"),
        ("everybody", "is not a network"),
    ],
)
def test_an_entry_that_is_no_network_is_told_by_its_place(entry, words):
    assert SPEC.check is not None
    [(path, found)] = SPEC.check({"path": "a", "allow_ips": ["10.0.0.0/8", entry]})
    assert path == "allow_ips[1]"
    assert words in found


def test_an_empty_list_is_refused_for_it_could_mean_everybody_or_nobody():
    check = Draft202012Validator(SPEC.schema)
    assert [error.json_path for error in check.iter_errors({"path": "a", "allow_ips": []})] == [
        "$.allow_ips"
    ]
