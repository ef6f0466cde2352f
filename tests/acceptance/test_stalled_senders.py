"""Senders that never finish their bodies hold up nobody but themselves."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from api.hooks import MOST_READING
from tests.support.raw_http import connect, read_reply
from tests.support.server import Server, call
from tests.support.waiting import eventually

SURPLUS = 20
HEAD = (
    b"POST /hooks/default/any HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Content-Length: 100\r\n\r\n{"
)


@pytest.fixture
def stalled(target: Server) -> Iterator[list[socket.socket]]:
    """More senders than may be read at once, each with one byte of a hundred sent."""
    with ExitStack() as open_sockets:
        senders = []
        for _ in range(MOST_READING + SURPLUS):
            sender = open_sockets.enter_context(connect(target.url))
            sender.sendall(HEAD)
            senders.append(sender)
        yield senders


def test_stalled_senders_are_turned_away_beyond_a_bound(
    target: Server, stalled: list[socket.socket]
) -> None:
    def answered() -> list[socket.socket]:
        return select.select(stalled, [], [], 0)[0]

    eventually(lambda: len(answered()) == SURPLUS)

    for sender in answered():
        reply = read_reply(sender)
        assert reply is not None
        assert reply.status == 503
    assert call("GET", f"{target.url}/healthz").status == 200
    keys = {"Authorization": f"Bearer {target.key}"}
    assert call("GET", f"{target.url}/api/v1/runs", headers=keys).status == 200


def test_a_sender_that_gives_up_makes_room(target: Server, stalled: list[socket.socket]) -> None:
    for sender in stalled:
        sender.close()

    eventually(lambda: call("POST", f"{target.url}/hooks/default/any", {}).status == 202)


def test_heads_that_never_end_hold_up_nobody(target: Server) -> None:
    with ExitStack() as open_sockets:
        for _ in range(200):
            sender = open_sockets.enter_context(connect(target.url))
            sender.sendall(b"POST /hooks/default/any HTTP/1.1\r\nHost: x\r\nX-Slow: a")

        for number in range(20):
            answer = call("POST", f"{target.url}/hooks/default/any", {"n": number})
            assert answer.status == 202


def test_a_head_that_never_ends_is_cut_off(target: Server) -> None:
    with connect(target.url) as sender:
        sender.sendall(b"POST /hooks/default/any HTTP/1.1\r\nHost: x\r\nX-Slow: a")

        assert read_reply(sender) is None
