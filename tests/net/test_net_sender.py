from __future__ import annotations

import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_partner import always, answer

from core.http import FailureKind, OutboundRequest, OutboundResponse, SendFailure
from net import AddressGuard, PooledSender, parse_networks


def test_a_refused_connection_says_by_whom(sender) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    result = sender.send(OutboundRequest("GET", f"http://partner.example:{port}/"))

    assert isinstance(result, SendFailure)
    assert result.kind is FailureKind.CONNECT
    assert result.message == f"connection refused by partner.example:{port} (127.0.0.1)"
    assert result.may_pass


def test_every_address_that_failed_is_named(make_sender) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    sender = make_sender(lambda _: ["127.0.0.1", "127.0.0.2"], allow="127.0.0.0/8")

    result = sender.send(OutboundRequest("GET", f"http://partner.example:{port}/"))

    assert isinstance(result, SendFailure)
    assert result.message == (
        f"connection refused by partner.example:{port} (127.0.0.1); "
        f"connection refused by partner.example:{port} (127.0.0.2)"
    )


def test_a_private_address_is_refused_before_anything_is_opened(make_sender, start_partner) -> None:
    partner = start_partner(always(answer()))

    result = make_sender(allow="").send(OutboundRequest("GET", partner.url()))

    assert isinstance(result, SendFailure)
    assert result.kind is FailureKind.REFUSED_ADDRESS
    assert result.message == (
        "partner.example resolves to 127.0.0.1, a loopback address; "
        "an operator can allow it with PENSTOCK_ALLOW_PRIVATE=127.0.0.0/8"
    )
    assert not result.may_pass
    assert partner.connections == 0


def test_a_name_that_does_not_resolve_is_a_value(make_sender) -> None:
    def resolve(_: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    result = make_sender(resolve).send(OutboundRequest("GET", "http://nowhere.example/"))

    assert isinstance(result, SendFailure)
    assert result.kind is FailureKind.NAME
    assert result.message == (
        "the name nowhere.example does not resolve: Name or service not known"
    )


def test_proxies_of_the_environment_are_not_asked(
    monkeypatch: pytest.MonkeyPatch, sender, start_partner
) -> None:
    proxy = start_partner(always(answer(b"proxy")))
    partner = start_partner(always(answer(b"partner")))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")

    result = sender.send(OutboundRequest("GET", partner.url()))

    assert isinstance(result, OutboundResponse)
    assert result.body == b"partner"


def test_a_message_tells_no_secret_of_the_url(sender) -> None:
    for url in (
        "http://user:s3cret@partner.example/",
        "http://partner.example:99999/?token=s3cret",
        "http://partner.example:1/?token=s3cret",
        "http://127.0.0.2/?token=s3cret",
    ):
        result = sender.send(OutboundRequest("GET", url))

        assert isinstance(result, SendFailure)
        assert "s3cret" not in result.message


def _answering(listener: socket.socket, data: bytes) -> threading.Thread:
    def answer_once() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(data)

    thread = threading.Thread(target=answer_once)
    thread.start()
    return thread


SENDER = PooledSender(
    AddressGuard(parse_networks("0.0.0.0/0,::/0"), resolve=lambda _: ["127.0.0.1"])
)


@given(st.text())
def test_any_url_gives_a_value(text: str) -> None:
    for url in (text, f"http://{text}", f"https://a.example/{text}", f"http://a.example:{text}"):
        result = SENDER.send(OutboundRequest("GET", url, timeout=0))

        assert isinstance(result, SendFailure)
        assert "\n" not in result.message


@given(st.binary(max_size=300))
def test_any_bytes_of_a_partner_give_a_value(data: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        partner = _answering(listener, data)

        result = SENDER.send(OutboundRequest("GET", url))
        partner.join()

    assert isinstance(result, SendFailure | OutboundResponse)
