"""Partners that mean harm, byte by byte, and what a send to each of them has to come to."""

from __future__ import annotations

import gzip
from dataclasses import dataclass

from tests.net.scripted_partner import Script, Visitor

PIECE = bytes(65_536)
TEN_GIGABYTES = 10 << 30
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
_BOMB = gzip.compress(bytes(64 << 20))
"""A thousandth of what it becomes; one after the other they have no end."""


@dataclass(frozen=True, slots=True)
class Hostile:
    """`error` is a part of what the run must say of it; None: its answer is cut and taken."""

    script: Script
    error: str | None


def _drips(visitor: Visitor) -> None:
    visitor.request()
    for byte in _OK + b"X-Long: " + PIECE:
        visitor.send(bytes([byte]))
        visitor.pause(1.0)


def _drips_its_body(visitor: Visitor) -> None:
    visitor.request()
    visitor.send(_OK + b"\r\n")
    for _ in range(60):
        visitor.send(b"a")
        visitor.pause(1.0)


def _floods(head: bytes, piece: bytes = PIECE) -> Script:
    def script(visitor: Visitor) -> None:
        visitor.request()
        visitor.send(_OK + head)
        for _ in range(TEN_GIGABYTES // len(piece)):
            visitor.send(piece)

    return script


def _sends(answer: bytes) -> Script:
    def script(visitor: Visitor) -> None:
        visitor.request()
        visitor.send(answer)

    return script


def _resets(visitor: Visitor) -> None:
    visitor.request()
    visitor.reset()


def _says_nothing(visitor: Visitor) -> None:
    visitor.request()
    visitor.wait()


HOSTILE = {
    "drips": Hostile(_drips, "within 2s"),
    "drips-body": Hostile(_drips_its_body, "within 2s"),
    "silent": Hostile(_says_nothing, "within 2s"),
    "ten-gigabytes": Hostile(_floods(b"Content-Length: 10737418240\r\n\r\n"), None),
    "ten-gigabytes-in-a-chunk": Hostile(
        _floods(b"Transfer-Encoding: chunked\r\n\r\n280000000\r\n"), None
    ),
    "ten-gigabytes-without-end": Hostile(_floods(b"\r\n"), None),
    "endless-header": Hostile(_floods(b"X-Long: ", b"a" * 65_536), "bytes of headers"),
    "bomb": Hostile(_floods(b"Content-Encoding: gzip\r\n\r\n", _BOMB), None),
    "closes-in-the-head": Hostile(_sends(_OK[:20]), "closed the connection"),
    "closes-in-the-body": Hostile(_sends(_OK + b"Content-Length: 100\r\n\r\nhalf"), "closed"),
    "resets": Hostile(_resets, "closed the connection"),
    "bad-chunks": Hostile(_sends(_OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"), "chunk"),
    "chunks-that-end": Hostile(
        _sends(_OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"), "closed"
    ),
}
