"""One deadline for the whole attempt, whatever the partner drips.

The partners here take seconds; a sender that gives every byte a new timeout waits for them.
"""

from __future__ import annotations

import socket
import threading

import pytest
from scripted_partner import Visitor, answer

from core.http import FailureKind, OutboundRequest, SendFailure
from net.deadline import DeadlineSocket

SHORT = 300
LONG_TAIL = b"a" * 300


def fails(sender, partner, **parts) -> SendFailure:
    url = parts.pop("url", None) or partner.url()
    result = sender.send(OutboundRequest("POST", url, timeout=SHORT, **parts))
    assert isinstance(result, SendFailure), result
    return result


@pytest.mark.parametrize(
    "dripped",
    [
        LONG_TAIL,
        b"HTTP/1.1 200 OK\r\nX-Drip: " + LONG_TAIL,
        b"HTTP/1.1 200 OK\r\n" + b"X-Drip: 1\r\n" * 30,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 10,
        answer(LONG_TAIL),
        b"HTTP/1.1 200 OK\r\n\r\n" + LONG_TAIL,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 50,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: 1\r\n" * 50,
    ],
    ids=["status", "header", "headers", "interim", "length", "until-close", "chunks", "trailers"],
)
def test_a_partner_that_drips_is_cut_at_the_deadline(sender, start_partner, dripped) -> None:
    def script(visitor: Visitor) -> None:
        visitor.request()
        visitor.drip(dripped)

    result = fails(sender, start_partner(script))

    assert result.kind is FailureKind.TIMEOUT
    assert "within 300ms" in result.message


def test_a_partner_that_says_nothing_is_left_at_the_deadline(sender, start_partner) -> None:
    partner = start_partner(lambda visitor: visitor.wait())

    result = fails(sender, partner)

    assert result.kind is FailureKind.TIMEOUT
    assert result.message.startswith(f"no answer from partner.example:{partner.port} (127.0.0.1)")


def test_a_partner_that_does_not_read_is_left_at_the_deadline(sender, start_partner) -> None:
    partner = start_partner(lambda visitor: visitor.wait())

    assert fails(sender, partner, body=b"a" * (32 << 20)).kind is FailureKind.TIMEOUT


def test_redirects_share_the_deadline(sender, start_partner) -> None:
    def script(visitor: Visitor) -> None:
        while visitor.request():
            visitor.pause(0.03)
            visitor.send(answer(b"", "302 Found", "Location: /again"))

    result = fails(sender, start_partner(script), max_redirects=1000)

    assert result.kind is FailureKind.TIMEOUT


@pytest.mark.parametrize(
    ("limits", "kind"),
    [
        ({"timeout": 5_000, "connect_timeout": SHORT}, FailureKind.CONNECT),
        ({"timeout": SHORT, "connect_timeout": 5_000}, FailureKind.TIMEOUT),
    ],
)
def test_a_handshake_nobody_answers_ends_with_the_connect_timeout(
    make_sender, start_partner, limits: dict[str, int], kind: FailureKind
) -> None:
    partner = start_partner(lambda visitor: visitor.wait())

    result = make_sender().send(OutboundRequest("GET", partner.url(scheme="https"), **limits))

    assert isinstance(result, SendFailure)
    assert result.kind is kind
    assert result.message == f"no TLS connection to partner.example:{partner.port} within 300ms"


@pytest.mark.parametrize(
    ("limits", "kind"),
    [
        ({"timeout": 5_000, "connect_timeout": SHORT}, FailureKind.NAME),
        ({"timeout": SHORT, "connect_timeout": 5_000}, FailureKind.TIMEOUT),
    ],
)
def test_a_look_up_nobody_answers_ends_with_the_connect_timeout(
    make_sender, limits: dict[str, int], kind: FailureKind
) -> None:
    release = threading.Event()

    def resolve(_: str) -> list[str]:
        release.wait(10)
        return ["127.0.0.1"]

    result = make_sender(resolve).send(OutboundRequest("GET", "http://slow.example/", **limits))
    release.set()

    assert isinstance(result, SendFailure)
    assert result.kind is kind
    assert "the name slow.example does not resolve: no answer from DNS" in result.message


@pytest.mark.parametrize("timeout", [0, -5])
def test_no_time_at_all_is_a_timeout(sender, timeout: int) -> None:
    result = sender.send(OutboundRequest("GET", "http://127.0.0.1:1/", timeout=timeout))

    assert isinstance(result, SendFailure)
    assert result.kind is FailureKind.TIMEOUT


def test_a_timeout_beyond_reason_is_taken(sender, start_partner) -> None:
    partner = start_partner(lambda visitor: (visitor.request(), visitor.send(answer())))

    request = OutboundRequest("GET", partner.url(), timeout=10**18, connect_timeout=10**18)

    assert sender.send(request).status == 200


def test_a_sockets_timeout_is_a_total() -> None:
    ours, theirs = socket.socketpair()
    with theirs, DeadlineSocket(fileno=ours.detach()) as watched:
        watched.settimeout(0.05)
        theirs.sendall(b"abc")
        assert watched.recv_into(bytearray(2)) == 2
        assert watched.received == 2
        with pytest.raises(TimeoutError):
            for _ in range(1_000_000):
                watched.recv_into(bytearray(1))
                theirs.sendall(b"d")

        watched.settimeout(0.05)
        with pytest.raises(TimeoutError):
            for _ in range(1_000_000):
                watched.sendall(b"e")
                theirs.recv(1)

        watched.settimeout(None)
        theirs.sendall(b"e")
        assert watched.recv_into(bytearray(1)) == 1
