from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.http import FailureKind
from net.failures import SendError
from net.host import parse_host
from net.url import parse_url


@pytest.mark.parametrize(
    ("url", "name", "field", "authority"),
    [
        ("https://a.example", "a.example", "a.example", "a.example:443"),
        ("https://a.example:80", "a.example", "a.example:80", "a.example:80"),
        ("http://a.example.:80", "a.example", "a.example", "a.example.:80"),
        (
            "http://[2606:4700::1111]",
            "2606:4700::1111",
            "[2606:4700::1111]",
            "[2606:4700::1111]:80",
        ),
        ("https://[::1]:1", "::1", "[::1]:1", "[::1]:1"),
    ],
)
def test_a_target_is_named_as_each_reader_wants_it(url, name, field, authority) -> None:
    target = parse_url(url)

    assert (target.name, target.host_field, target.authority) == (name, field, authority)


def fault_of(url: str) -> SendError:
    with pytest.raises(SendError) as caught:
        parse_url(url)
    return caught.value


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://partner.example", "partner.example", 443, "/"),
        ("HTTP://Partner.Example/A?b=C#d", "partner.example", 80, "/A?b=C"),
        ("http://partner.example?x=1", "partner.example", 80, "/?x=1"),
        ("http://partner.example:8080/a//b/../c", "partner.example", 8080, "/a//b/../c"),
        ("http://[2606:4700::1111]:8443/", "2606:4700::1111", 8443, "/"),
        ("http://198.51.100.7/", "198.51.100.7", 80, "/"),
        ("http://partner.example./", "partner.example.", 80, "/"),
        ("http://my_service/", "my_service", 80, "/"),
        ("http://bücher.example/ü?q=é", "xn--bcher-kva.example", 80, "/%C3%BC?q=%C3%A9"),
        ("http://faß.example/", "xn--fa-hia.example", 80, "/"),
        ('http://partner.example/%7Ba%zz{}"', "partner.example", 80, "/%7Ba%zz%7B%7D%22"),
        ("http://partner.example/@a:b", "partner.example", 80, "/@a:b"),
    ],
)
def test_a_url_is_taken_apart_once(url: str, host: str, port: int, path: str) -> None:
    target = parse_url(url)

    assert (target.host, target.port, target.path) == (host, port, path)


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", "has to begin with http:// or https://"),
        ("partner.example/a", "has to begin with http:// or https://"),
        ("//partner.example/a", "has to begin with http:// or https://"),
        ("file:///etc/passwd", "has to begin with http:// or https://"),
        ("gopher://partner.example/", "has to begin with http:// or https://"),
        ("http:/partner.example/", "has to begin with http:// or https://"),
        ("http://", "has no host"),
        ("http:///a", "has no host"),
        ("http://:80/", "has no host"),
        ("http://user@partner.example/", "has a user or password before its host"),
        ("http://partner.example@10.0.0.5/", "has a user or password before its host"),
        ("http://user:pw@partner.example/", "has a user or password before its host"),
        ("http://partner.example\\@10.0.0.5/", "has the character '\\\\'"),
        ("http:\\\\partner.example/", "has the character '\\\\'"),
        ("http://partner.example/a b", "has the character ' '"),
        (" http://partner.example/", "has the character ' '"),
        ("http://partner.example/\r\nX: y", "has the character '\\r'"),
        ("http://partner.example/\x00", "has the character '\\x00'"),
        ("http://partner.example/\ud800", "has the character '\\ud800'"),
        ("http://partner.example:/", "has a host or port that cannot be read"),
        ("http://partner.example:http/", "has a host or port that cannot be read"),
        ("http://partner.example:٨٠/", "has a host or port that cannot be read"),
        ("http://2606:4700::1111/", "has a host or port that cannot be read"),
        ("http://[::1/", "has a host or port that cannot be read"),
        ("http://partner.example:0/", "has the port 0; ports go from 1 to 65535"),
        ("http://partner.example:65536/", "has the port 65536"),
        ("http://[partner.example]/", "has brackets around what is no IPv6 address"),
    ],
)
def test_a_url_that_parsers_could_read_in_two_ways_is_refused(url: str, fault: str) -> None:
    error = fault_of(url)

    assert error.kind is FailureKind.INVALID_REQUEST
    assert f"the URL {fault}" in str(error)


@pytest.mark.parametrize(
    "host",
    [
        "a..b",
        ".a",
        "a.example..",
        "a" * 64 + ".example",
        "a." * 130 + "example",
        "part%6eer.example",
        "partner.example%00",
        "a*b",
        "☃\u200d.example",
        "xn--\u00fc",
        "[::1%25eth0]",
        "[fe80::1%eth0]",
        "[::12345]",
        "[v1.a:b]",
    ],
)
def test_what_is_no_host_name_is_refused(host: str) -> None:
    assert fault_of(f"http://{host}/").kind is FailureKind.INVALID_REQUEST


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0X7F.1",
        "017700000001",
        "0177.0.0.1",
        "127.1",
        "127.0.1",
        "127.0.0.01",
        "127.0.0.1.",
        "127.0.0.0x1",
        "0x7f.0.0.1",
        "1.2.3.4.5",
        "256.256.256.256",
        "partner.example.0x7f",
        "0",
        "0x",
        "①②⑦.⓪.⓪.①.",
        "\uff11\uff12\uff17.1",
        "127。1",
    ],
)
def test_a_number_that_is_no_plain_ipv4_address_is_refused(host: str) -> None:
    error = fault_of(f"http://{host}/")

    assert error.kind is FailureKind.REFUSED_ADDRESS
    assert "write four decimal numbers without leading zeros" in str(error)


def test_wide_digits_are_judged_as_the_address_they_become() -> None:
    assert parse_url("http://①②⑦.⓪.⓪.①/").host == "127.0.0.1"
    assert parse_url("http://127。0。0。1/").host == "127.0.0.1"


def test_an_embedded_ipv4_address_stays_an_ipv6_address() -> None:
    assert parse_host("::ffff:127.0.0.1") == ip_address("::ffff:127.0.0.1")
    assert parse_url("http://[0:0:0:0:0:ffff:7f00:1]/").host == "::ffff:7f00:1"


@given(st.text())
def test_any_text_is_a_target_or_a_refusal(text: str) -> None:
    for url in (text, f"http://{text}", f"https://{text}/", f"http://a.example/{text}"):
        try:
            target = parse_url(url)
        except SendError as error:
            assert "\n" not in str(error)
        else:
            assert target.path.isascii()
            assert parse_url(target.url) == target


def _ipv4_spellings(number: int) -> list[str]:
    first, second, third, fourth = number.to_bytes(4, "big")
    return [
        str(number),
        f"{number:#x}",
        f"0{number:o}",
        f"{first}.{number & 0xFFFFFF}",
        f"{first}.{second}.{number & 0xFFFF}",
        f"{first:#x}.{second:#x}.{third:#x}.{fourth:#x}",
        f"0{first:o}.0{second:o}.0{third:o}.0{fourth:o}",
        f"{first}.{second}.{third}.{fourth}",
    ]


@given(st.integers(0, 2**32 - 1))
def test_no_spelling_of_an_ipv4_address_passes_for_a_name(number: int) -> None:
    for spelling in _ipv4_spellings(number):
        assert int.from_bytes(socket.inet_aton(spelling), "big") == number
        try:
            parsed = parse_host(spelling)
        except SendError as error:
            assert error.kind is FailureKind.REFUSED_ADDRESS
        else:
            assert parsed == ip_address(number)
