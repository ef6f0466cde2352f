"""Answers as partners send them: whole, odd, broken, endless."""

from __future__ import annotations

import pytest
from scripted_partner import Visitor, always, answer, once

from core.http import FailureKind, OutboundRequest, OutboundResponse, SendFailure

OK = "HTTP/1.1 200 OK\r\n"


def chunked(*chunks: str, head: str = OK) -> bytes:
    return (head + "Transfer-Encoding: chunked\r\n\r\n" + "".join(chunks)).encode()


def get(sender, partner, **limits) -> OutboundResponse | SendFailure:
    return sender.send(OutboundRequest("GET", partner.url(), **limits))


def test_an_answer_is_kept_with_lower_cased_names(sender, start_partner) -> None:
    partner = start_partner(
        always(
            answer(
                b'{"id":1}',
                "201 Created",
                "X-A: 1",
                "x-a:2",
                "Content-Type: a/b ",
                "X-Empty:",
                "X-Folded: a \r\n\tb",
            )
        )
    )

    result = get(sender, partner)

    assert isinstance(result, OutboundResponse)
    assert (result.status, result.body, result.truncated) == (201, b'{"id":1}', False)
    assert dict(result.headers) == {
        "content-length": "8",
        "x-a": "1, 2",
        "content-type": "a/b",
        "x-empty": "",
        "x-folded": "a b",
    }
    assert result.duration >= 0


@pytest.mark.parametrize(
    ("response", "body"),
    [
        (
            chunked("5\r\nhello\r\n", "1;ext=a\r\n \r\n", "5 \r\nworld\r\n", "0\r\n\r\n"),
            b"hello world",
        ),
        (chunked("0\r\nX-Trailer: 1\r\n\r\n"), b""),
        (b"HTTP/1.1 200 OK\r\n\r\nuntil the end", b"until the end"),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", b"ok"),
        (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", b"ok"),
        (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", b"ok"),
        (b"HTTP/1.1 200 OK\r\nX-Folded: a\r\n b\r\nContent-Length: 2\r\n\r\nok", b"ok"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", b"ok"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + answer(b"ok"), b"ok"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 3 + answer(b"ok"), b"ok"),
    ],
)
def test_every_framing_of_a_body_is_read(sender, start_partner, response, body) -> None:
    result = get(sender, start_partner(once(response)))

    assert isinstance(result, OutboundResponse)
    assert (result.status, result.body) == (200, body)


@pytest.mark.parametrize(
    ("method", "response"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
        ("HEAD", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n"),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
    ],
)
def test_an_answer_without_a_body_is_not_waited_for(
    sender, start_partner, method: str, response: bytes
) -> None:
    partner = start_partner(always(response))

    result = sender.send(OutboundRequest(method, partner.url(), timeout=5_000))

    assert isinstance(result, OutboundResponse)
    assert result.body == b""
    assert not result.truncated


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (b"", "closed the connection without an answer"),
        (b"HTTP/1.1 20", "closed the connection before its answer was whole"),
        (b"HTTP/1.1 200 OK\r\n", "closed the connection before its answer was whole"),
        (b"HTTP/1.1 200 OK\r\nX-A: 1\r\n", "closed the connection before its answer was whole"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "closed the connection before its answer was whole"),
        (answer(b"whole")[:-1], "closed the connection before its answer was whole"),
        (answer(b"whole")[:-5], "closed the connection before its answer was whole"),
        (chunked("5\r\nhel"), "closed the connection before its answer was whole"),
        (chunked("5\r\nhello\r\n"), "closed the connection before its answer was whole"),
        (chunked("5\r\nhello\r\n0"), "closed the connection before its answer was whole"),
        (chunked("-1\r\nhello"), "sent what is not HTTP: a malformed chunk size b'-1'"),
        (chunked("0x5\r\nhello\r\n0\r\n\r\n"), "a malformed chunk size b'0x5'"),
        (chunked("five\r\nhello\r\n0\r\n\r\n"), "a malformed chunk size b'five'"),
        (chunked("\r\nhello\r\n0\r\n\r\n"), "a malformed chunk size b''"),
        (chunked("f" * 17 + "\r\n"), "a malformed chunk size"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "sent what is not HTTP"),
        (b"220 mail.example ESMTP\r\n", "sent what is not HTTP"),
        (b"HTTP/2.0 200 OK\r\n\r\n", "sent what is not HTTP"),
        (b"HTTP/1.1 two OK\r\n\r\n", "sent what is not HTTP"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "101 Switching Protocols"),
        (b"HTTP/1.1 102 Processing\r\n\r\n" * 12, "more than 10 interim answers"),
        (OK.encode() + b"no colon\r\n\r\n", "a malformed header line b'no colon'"),
        (OK.encode() + b"X-A : 1\r\n\r\n", "a malformed header line b'X-A : 1'"),
        (OK.encode() + b": 1\r\n\r\n", "a malformed header line b': 1'"),
        (OK.encode() + b"X-A: 1\rX-B: 2\r\n\r\n", "a malformed header line"),
        (OK.encode() + b"X-A: \x00\r\n\r\n", "a malformed header line"),
        (OK.encode() + b"Content-Length: -1\r\n\r\n", "the content length '-1'"),
        (OK.encode() + b"Content-Length: 1_0\r\n\r\n", "the content length '1_0'"),
        (OK.encode() + b"Content-Length: 1, 1\r\n\r\n", "the content length '1, 1'"),
        (
            OK.encode() + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "several content lengths",
        ),
        (OK.encode() + b"Transfer-Encoding: gzip, chunked\r\n\r\n", "the transfer coding"),
        (OK.encode() + b"Transfer-Encoding: chunked\r\n" * 2 + b"\r\n", "the transfer coding"),
        (OK.encode() + b"X-A: " + b"a" * 70_000 + b"\r\n\r\n", "more than 65536 bytes of headers"),
        (OK.encode() + b"X-A: 1\r\n" * 200 + b"\r\n", "more than 100 header fields"),
        (OK.encode() + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", "the content length"),
        (chunked("0\r\n" + "X-T: 1\r\n" * 10_000), "more than 65536 bytes of headers"),
    ],
)
def test_a_broken_answer_is_a_failure_that_may_pass(
    sender, start_partner, response: bytes, message: str
) -> None:
    partner = start_partner(once(response))

    result = get(sender, partner)

    assert isinstance(result, SendFailure)
    assert result.kind is FailureKind.BROKEN
    assert result.may_pass
    assert result.message.startswith(f"partner.example:{partner.port} (127.0.0.1) ")
    assert message in result.message


def test_a_reset_is_a_broken_connection(sender, start_partner) -> None:
    def script(visitor: Visitor) -> None:
        visitor.request()
        visitor.send(answer(b"a" * 100)[:-50])
        visitor.reset()

    result = get(sender, start_partner(script))

    assert isinstance(result, SendFailure)
    assert result.kind is FailureKind.BROKEN


def test_a_length_and_chunks_together_close_the_connection(sender, start_partner) -> None:
    both = chunked("2\r\nok\r\n0\r\n\r\n", head=OK + "Content-Length: 9\r\n")
    partner = start_partner(always(both))

    results = [get(sender, partner), get(sender, partner)]

    assert [result.body for result in results if isinstance(result, OutboundResponse)] == [
        b"ok",
        b"ok",
    ]
    assert partner.connections == 2


def test_a_partner_that_answers_before_it_has_read_the_body_is_heard(sender, start_partner) -> None:
    def script(visitor: Visitor) -> None:
        visitor.send(answer(b"too large", "413 Content Too Large", "Connection: close"))

    partner = start_partner(script)

    result = sender.send(OutboundRequest("POST", partner.url(), body=b"a" * (8 << 20)))

    assert isinstance(result, OutboundResponse)
    assert result.status == 413


@pytest.mark.parametrize("size", [0, 1, 99, 100])
def test_an_answer_up_to_the_limit_is_whole(sender, start_partner, size: int) -> None:
    partner = start_partner(always(answer(b"a" * size)))

    results = [get(sender, partner, max_response=100) for _ in range(2)]

    for result in results:
        assert isinstance(result, OutboundResponse)
        assert (len(result.body), result.truncated) == (size, False)
    assert partner.connections == 1


@pytest.mark.parametrize("limit", [0, 1, 100])
def test_an_answer_over_the_limit_is_cut_and_its_connection_closed(
    sender, start_partner, limit: int
) -> None:
    partner = start_partner(always(answer(b"a" * 101)))

    for _ in range(2):
        result = get(sender, partner, max_response=limit)
        assert isinstance(result, OutboundResponse)
        assert (len(result.body), result.truncated) == (limit, True)
    assert partner.connections == 2


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 10737418240\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n280000000\r\n",
        "\r\n",
    ],
)
def test_an_endless_answer_costs_no_more_than_the_limit(sender, start_partner, head: str) -> None:
    sent = 0

    def script(visitor: Visitor) -> None:
        nonlocal sent
        visitor.request()
        visitor.send((OK + head).encode())
        while True:
            visitor.send(b"a" * 65_536)
            sent += 65_536

    partner = start_partner(script)
    result = get(sender, partner)
    partner.finish()

    assert isinstance(result, OutboundResponse)
    assert (len(result.body), result.truncated) == (1 << 20, True)
    assert sent < 64 << 20


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        OK.encode() + b"X-Long: ",
        b"HTTP/1.1 103 Early Hints\r\nLink: ",
        OK.encode() + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-Long: ",
        OK.encode() + b"Transfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["status", "header", "interim", "trailer", "chunk size"],
)
def test_a_line_without_end_costs_no_more_than_the_limit(
    sender, start_partner, begun: bytes
) -> None:
    sent = 0

    def script(visitor: Visitor) -> None:
        nonlocal sent
        visitor.request()
        visitor.send(begun)
        while True:
            visitor.send(b"1" * 65_536)
            sent += 65_536

    partner = start_partner(script)
    result = get(sender, partner)
    partner.finish()

    assert isinstance(result, SendFailure)
    assert result.kind is FailureKind.BROKEN
    assert sent < 64 << 20


def test_utf8_in_a_header_is_text(sender, start_partner) -> None:
    partner = start_partner(
        always(answer(b"", "200 OK", "X-U: Z\u00c3\u00bcrich", "X-L: Z\u00fcrich"))
    )

    result = get(sender, partner)

    assert isinstance(result, OutboundResponse)
    assert (result.headers["x-u"], result.headers["x-l"]) == ("Zürich", "Zürich")
