from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_partner import always, answer

from core.http import FailureKind, OutboundRequest, OutboundResponse, SendFailure
from net.failures import SendError
from net.headers import checked_fields, default_user_agent

DEFAULTS = {"user-agent": "Penstock/1", "accept-encoding": "gzip, deflate"}


def fault_of(name: str, value: str = "x") -> str:
    with pytest.raises(SendError) as caught:
        checked_fields(((name, value),), {})
    assert caught.value.kind is FailureKind.INVALID_REQUEST
    return str(caught.value)


def test_defaults_fill_in_what_the_step_leaves_out() -> None:
    fields = checked_fields((("USER-AGENT", "mine"), ("X-Order", "7")), DEFAULTS)

    assert fields == {"USER-AGENT": "mine", "X-Order": "7", "Accept-Encoding": "gzip, deflate"}
    assert default_user_agent().startswith("Penstock")


def test_repeated_headers_are_joined_in_order() -> None:
    headers = (("X-A", "1"), ("Cookie", "a=1"), ("x-a", "2"), ("cookie", "b=2"))

    assert checked_fields(headers, {}) == {"X-A": "1, 2", "Cookie": "a=1; b=2"}


@pytest.mark.parametrize("name", ["", "X Order", "X-Örder", "X:Y", "X\r\nY", "X-Order\n", "(a)"])
def test_a_name_that_is_no_token_is_refused(name: str) -> None:
    assert fault_of(name) == (
        f"the header {name!r} is not a header name; use letters, digits and hyphens"
    )


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\n", "\r", "a\x00b", "\x1b[0m", "\x7f"])
def test_a_value_with_a_control_character_is_refused(value: str) -> None:
    assert "the header 'X-Order' has the character" in fault_of("X-Order", value)


def test_a_value_that_is_not_unicode_is_refused() -> None:
    assert "has the character '\\ud800'" in fault_of("X-Order", "\ud800")


@pytest.mark.parametrize(
    "name",
    ["Host", "content-length", "Transfer-Encoding", "CONNECTION", "Upgrade", "TE", "Keep-Alive"],
)
def test_headers_of_the_connection_are_not_the_steps_to_set(name: str) -> None:
    assert fault_of(name) == (
        f"the header {name!r} is set by Penstock for every request; remove it from the step"
    )


def test_what_arrives_is_what_was_meant(sender, start_partner) -> None:
    partner = start_partner(always(answer()))
    headers = (("X-City", "Zürich 東京"), ("X-Tab", " a\tb "), ("X-Twice", "1"), ("X-Twice", "2"))

    sender.send(OutboundRequest("POST", partner.url("/a?b=c"), headers, b"body"))

    received = partner.requests[0]
    assert received.line == "POST /a?b=c HTTP/1.1"
    assert received.body == b"body"
    assert received.headers == {
        "host": f"partner.example:{partner.port}",
        "content-length": "4",
        "user-agent": "Penstock/test",
        "accept-encoding": "gzip, deflate",
        "x-city": "Zürich 東京",
        "x-tab": "a\tb",
        "x-twice": "1, 2",
    }


@pytest.mark.parametrize(
    ("method", "body", "length"),
    [
        ("GET", None, None),
        ("DELETE", None, None),
        ("POST", None, "0"),
        ("PUT", b"", "0"),
        ("GET", b"q", "1"),
        ("REPORT", b"xml", "3"),
    ],
)
def test_a_body_has_a_length_and_no_body_none(
    sender, start_partner, method: str, body: bytes | None, length: str | None
) -> None:
    partner = start_partner(always(answer()))

    assert isinstance(
        sender.send(OutboundRequest(method, partner.url(), body=body)), OutboundResponse
    )

    assert partner.requests[0].headers.get("content-length") == length
    assert partner.requests[0].line == f"{method} / HTTP/1.1"


@pytest.mark.parametrize("method", ["", "GET /", "G\r\nX", "CONNECT", "connect", "GÉT"])
def test_a_method_that_cannot_be_sent_is_refused(sender, method: str) -> None:
    result = sender.send(OutboundRequest(method, "http://partner.example/"))

    assert isinstance(result, SendFailure)
    assert result.kind is FailureKind.INVALID_REQUEST
    assert "the method" in result.message


def test_a_bad_header_is_a_value_and_nothing_is_opened(sender, start_partner) -> None:
    partner = start_partner(always(answer()))

    result = sender.send(OutboundRequest("GET", partner.url(), (("X-Evil", "a\r\nHost: b"),)))

    assert isinstance(result, SendFailure)
    assert result.kind is FailureKind.INVALID_REQUEST
    assert not result.may_pass
    assert partner.connections == 0


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=3))
def test_no_header_can_break_out_of_its_line(headers: list[tuple[str, str]]) -> None:
    try:
        fields = checked_fields(tuple(headers), DEFAULTS)
    except SendError:
        return
    for name, value in fields.items():
        line = f"{name}: {value}".encode("latin-1")
        assert not set(line) & {0, 10, 13}
