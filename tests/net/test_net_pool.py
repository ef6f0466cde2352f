from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from ipaddress import ip_address

import pytest
from scripted_partner import Visitor, always, answer

from core.http import FailureKind, OutboundRequest, OutboundResponse, SendFailure
from net.connections import Connection
from net.deadline import DeadlineSocket
from net.idle import IdleConnections
from net.url import parse_url


def get(sender, partner, path: str = "/", **parts):
    return sender.send(OutboundRequest("GET", partner.url(path, **parts)))


def test_a_connection_is_used_again(sender, start_partner) -> None:
    partner = start_partner(always(answer(b"1"), answer(b"2"), answer(b"3")))

    bodies = [get(sender, partner).body for _ in range(3)]

    assert bodies == [b"1", b"2", b"3"]
    assert partner.connections == 1


def test_a_connection_belongs_to_one_name(sender, start_partner) -> None:
    partner = start_partner(always(answer()))

    get(sender, partner, host="a.example")
    get(sender, partner, host="b.example")
    get(sender, partner, host="a.example")

    assert partner.connections == 2


@pytest.mark.parametrize(
    "last",
    [answer(b"", "200 OK", "Connection: close"), b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"],
)
def test_a_connection_the_partner_will_close_is_not_kept(
    make_sender, start_partner, last: bytes
) -> None:
    idle = IdleConnections()
    partner = start_partner(always(last))

    get(make_sender(idle=idle), partner)

    assert idle.count == 0


def test_a_name_that_turns_private_is_refused_though_a_connection_waits(
    make_sender, start_partner
) -> None:
    partner = start_partner(always(answer()))
    answers = [["127.0.0.1"], ["127.0.0.2"], ["127.0.0.1", "127.0.0.2"], ["127.0.0.1"]]
    sender = make_sender(lambda _: answers.pop(0))

    results = [get(sender, partner) for _ in range(4)]

    assert isinstance(results[0], OutboundResponse)
    for refused in results[1:3]:
        assert isinstance(refused, SendFailure)
        assert refused.kind is FailureKind.REFUSED_ADDRESS
    assert isinstance(results[3], OutboundResponse)
    assert partner.connections == 1


def test_a_connection_to_an_address_the_name_no_longer_has_is_not_used(
    make_sender, start_partner
) -> None:
    partner = start_partner(always(answer()))
    answers = [["127.0.0.1"], ["127.0.0.2"]]
    sender = make_sender(lambda _: answers.pop(0), allow="127.0.0.0/8")

    assert isinstance(get(sender, partner), OutboundResponse)
    result = get(sender, partner)

    assert isinstance(result, SendFailure)
    assert result.message == f"connection refused by partner.example:{partner.port} (127.0.0.2)"


def test_a_second_address_is_tried_when_the_first_refuses(make_sender, start_partner) -> None:
    partner = start_partner(always(answer()))
    sender = make_sender(lambda _: ["127.0.0.2", "127.0.0.1"], allow="127.0.0.0/8")

    assert isinstance(get(sender, partner), OutboundResponse)


def test_an_address_that_does_not_answer_leaves_time_for_the_next(
    make_sender, start_partner
) -> None:
    partner = start_partner(always(answer()))
    sender = make_sender(lambda _: ["127.0.0.2", "127.0.0.1"], allow="127.0.0.0/8")
    with socket.create_server(("127.0.0.2", partner.port), backlog=0), ExitStack() as filling:
        for _ in range(3):
            visitor = filling.enter_context(socket.socket())
            visitor.setblocking(False)
            visitor.connect_ex(("127.0.0.2", partner.port))

        request = OutboundRequest("GET", partner.url(), connect_timeout=1_000)
        assert isinstance(sender.send(request), OutboundResponse)


def test_a_connection_closed_while_idle_is_replaced(sender, start_partner) -> None:
    closed = threading.Event()

    def script(visitor: Visitor) -> None:
        visitor.request()
        visitor.send(answer())
        visitor.close()
        closed.set()

    partner = start_partner(script)

    for _ in range(3):
        result = sender.send(OutboundRequest("POST", partner.url(), body=b"x"))
        assert isinstance(result, OutboundResponse)
        assert closed.wait(10)
        closed.clear()

    assert (partner.connections, len(partner.requests)) == (3, 3)


def test_a_connection_on_which_something_unasked_waits_is_not_used(sender, start_partner) -> None:
    unasked = threading.Event()

    def script(visitor: Visitor) -> None:
        while visitor.request():
            visitor.send(answer(b"asked"))
            if not unasked.is_set():
                visitor.send(answer(b"unasked"))
                unasked.set()

    partner = start_partner(script)
    assert get(sender, partner).body == b"asked"
    assert unasked.wait(10)

    assert get(sender, partner).body == b"asked"


def closes_when_used_again(visitor: Visitor) -> None:
    visitor.request()
    visitor.send(answer(b"first"))
    visitor.request()


@pytest.mark.parametrize(
    "request_parts",
    [("GET", ()), ("PUT", ()), ("POST", (("idempotency-KEY", "run.step"),))],
)
def test_a_repeatable_request_goes_out_again_when_its_connection_dies_unanswered(
    sender, start_partner, request_parts
) -> None:
    method, headers = request_parts
    partner = start_partner(closes_when_used_again)

    results = [sender.send(OutboundRequest(method, partner.url(), headers, b"x")) for _ in range(2)]

    assert all(isinstance(result, OutboundResponse) for result in results)
    assert (partner.connections, len(partner.requests)) == (2, 3)


def test_any_other_request_is_never_sent_twice(sender, start_partner) -> None:
    partner = start_partner(closes_when_used_again)

    sender.send(OutboundRequest("POST", partner.url(), body=b"x"))
    result = sender.send(OutboundRequest("POST", partner.url(), body=b"x"))

    assert isinstance(result, SendFailure)
    assert result.kind is FailureKind.BROKEN
    assert "closed the connection without an answer" in result.message
    assert len(partner.requests) == 2


def test_a_fresh_connection_that_dies_is_not_tried_again(sender, start_partner) -> None:
    partner = start_partner(lambda visitor: visitor.request() and None)

    result = get(sender, partner)

    assert isinstance(result, SendFailure)
    assert len(partner.requests) == 1


@pytest.mark.parametrize("end", [lambda visitor: None, Visitor.reset])
def test_a_connection_that_dies_after_a_byte_is_not_tried_again(sender, start_partner, end) -> None:
    def script(visitor: Visitor) -> None:
        visitor.request()
        visitor.send(answer())
        visitor.request()
        visitor.send(b"H")
        end(visitor)

    partner = start_partner(script)
    get(sender, partner)

    result = get(sender, partner)

    assert isinstance(result, SendFailure)
    assert "before its answer was whole" in result.message
    assert len(partner.requests) == 2


def test_the_number_of_idle_connections_is_bounded(make_sender, start_partner) -> None:
    idle = IdleConnections(per_origin=2, most=3)
    together = threading.Barrier(5)

    def script(visitor: Visitor) -> None:
        while request := visitor.request():
            if request.line.startswith("GET /together"):
                together.wait(10)
            visitor.send(answer())

    partner = start_partner(script)
    sender = make_sender(idle=idle)
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda _: get(sender, partner, "/together"), range(5)))
    assert (partner.connections, idle.count) == (5, 2)

    for name in ("a", "b", "c", "d"):
        get(sender, partner, host=f"{name}.example")
    assert idle.count == 3
    connections = partner.connections
    get(sender, partner, host="d.example")
    assert partner.connections == connections
    get(sender, partner)
    assert partner.connections == connections + 1


class Idle(Connection):
    def __init__(self, name: str) -> None:
        target = parse_url(f"http://{name}.example/")
        super().__init__(target, ip_address("127.0.0.1"), DeadlineSocket())


def test_the_origin_unused_for_the_longest_time_makes_room() -> None:
    store = IdleConnections(most=3)
    first, second, third, fourth = Idle("a"), Idle("b"), Idle("a"), Idle("c")

    for connection in (first, second, third, fourth):
        store.give(connection)

    assert second.is_closed
    assert not (first.is_closed or third.is_closed or fourth.is_closed)
    store.close()


def test_an_old_connection_is_not_used_and_goes_when_another_comes(
    make_sender, start_partner
) -> None:
    now = 0.0
    idle = IdleConnections(lifetime=30, now=lambda: now)
    partner = start_partner(always(answer()))
    sender = make_sender(idle=idle)

    get(sender, partner)
    now = 29.0
    get(sender, partner)
    assert partner.connections == 1
    now = 60.0
    get(sender, partner)
    assert (partner.connections, idle.count) == (2, 1)


def test_closing_closes_what_waits_and_keeps_nothing_more(make_sender, start_partner) -> None:
    idle = IdleConnections()
    partner = start_partner(always(answer()))
    sender = make_sender(idle=idle)
    get(sender, partner)
    assert idle.count == 1

    sender.close()

    assert idle.count == 0
    assert isinstance(get(sender, partner), OutboundResponse)
    assert idle.count == 0


def test_many_threads_get_each_their_own_answer(sender, start_partner) -> None:
    def script(visitor: Visitor) -> None:
        while request := visitor.request():
            visitor.send(answer(request.line.encode()))

    partner = start_partner(script)

    def ask(number: int) -> bool:
        return get(sender, partner, f"/{number}").body == f"GET /{number} HTTP/1.1".encode()

    with ThreadPoolExecutor(32) as pool:
        assert all(pool.map(ask, range(600)))

    assert partner.connections <= 64
