"""Behind proxies: whom the operator trusts is believed, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.proxies import TrustedProxies, caller_behind
from core.networks import CallerNetworks, caller_address, parse_networks

TRUSTED = CallerNetworks(parse_networks("10.0.0.0/8,2001:db8:ffff::/48"))


@pytest.mark.parametrize(
    ("forwarded", "caller"),
    [
        ("", "10.0.0.1"),
        ("203.0.113.9", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("1.1.1.1,203.0.113.9,10.0.0.2", "203.0.113.9"),
        ("1.1.1.1 , 203.0.113.9 , 10.0.0.3, 2001:db8:ffff::1", "203.0.113.9"),
        ("10.9.9.9, 10.0.0.2", "10.9.9.9"),
        ("2001:DB8::7", "2001:db8::7"),
        ("[2001:db8::7]:443, 10.0.0.2:80", "2001:db8::7"),
        ("203.0.113.9:51234", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("203.0.113.9,, ,", "203.0.113.9"),
        ("203.0.113.9, unknown", ""),
        ("203.0.113.9, _hidden, 10.0.0.2", ""),
        ("unknown, 203.0.113.9", "203.0.113.9"),
        ("[", ""),
    ],
)
def test_the_right_most_address_that_is_not_trusted_is_the_caller(forwarded, caller):
    assert caller_behind("10.0.0.1", forwarded, TRUSTED) == caller


@given(claimed=st.text(max_size=80), caller=st.ip_addresses())
def test_whatever_a_caller_claims_the_address_the_proxy_adds_decides(claimed, caller):
    """The proxy appends the address it sees to what the caller sent."""
    if caller_address(str(caller)) in TRUSTED:
        return
    found = caller_behind("10.0.0.1", f"{claimed}, {caller}", TRUSTED)
    assert found == str(caller_address(str(caller)))


def seen(**environ: str) -> dict[str, Any]:
    """What an application behind the middleware sees of a request."""
    found: dict[str, Any] = {}

    def application(environ: dict[str, Any], _start: Any) -> list[bytes]:
        found.update(environ)
        return []

    middleware = TrustedProxies(application, TRUSTED)
    given_ = {"REMOTE_ADDR": "10.0.0.1", "HTTP_HOST": "inside:8080", "wsgi.url_scheme": "http"}
    middleware({**given_, **environ}, lambda *_: lambda _: None)
    return found


def url_of(environ: dict[str, Any]) -> tuple[str, str, str]:
    return environ["REMOTE_ADDR"], environ["wsgi.url_scheme"], environ["HTTP_HOST"]


FORWARDED = {
    "HTTP_X_FORWARDED_FOR": "203.0.113.9",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_HOST": "penstock.example.com",
}


def test_a_trusted_proxy_says_who_called_and_how():
    assert url_of(seen(**FORWARDED)) == ("203.0.113.9", "https", "penstock.example.com")
    assert seen(REMOTE_ADDR="::ffff:10.0.0.1", **FORWARDED)["REMOTE_ADDR"] == "203.0.113.9"


@pytest.mark.parametrize("peer", ["203.0.113.1", "11.0.0.1", "::1", ""])
def test_nobody_else_is_believed(peer):
    assert url_of(seen(REMOTE_ADDR=peer, **FORWARDED)) == (peer, "http", "inside:8080")


def test_the_nearest_proxy_counts():
    lists = {
        "HTTP_X_FORWARDED_PROTO": "http, HTTPS",
        "HTTP_X_FORWARDED_HOST": "claimed.example, [2001:db8::1]:8443",
    }
    assert url_of(seen(**lists)) == ("10.0.0.1", "https", "[2001:db8::1]:8443")


@pytest.mark.parametrize("value", ["", "ftp", "a b", "evil.example/path", "user@evil.example", "é"])
def test_what_is_no_scheme_or_host_changes_nothing(value):
    odd = {"HTTP_X_FORWARDED_PROTO": value, "HTTP_X_FORWARDED_HOST": value}
    scheme, host = url_of(seen(**odd))[1:]
    assert (scheme, host) == ("http", "ftp" if value == "ftp" else "inside:8080")
