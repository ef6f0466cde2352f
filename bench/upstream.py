"""An upstream that answers at once, for machines without nginx, or after a while: a slow partner.

`python -m bench.upstream PORT [SECONDS]`
"""

from __future__ import annotations

import asyncio
import re
import sys

ANSWER = b'{"id":"remote-1","ok":true}'
_RESPONSE = (
    f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(ANSWER)}\r\n\r\n"
).encode() + ANSWER
_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Answering(asyncio.Protocol):
    """One keep-alive connection: the constant answer to each whole request (RFC 9112)."""

    def __init__(self, delay: float = 0.0) -> None:
        """`delay` is how many seconds after its request an answer comes."""
        self._delay = delay

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        """Answers every request that is whole now."""
        self._received += data
        while size := _size_of_first(self._received):
            self._received = self._received[size:]
            if self._delay:
                loop = asyncio.get_running_loop()
                loop.call_later(self._delay, self._answer)
            else:
                self._answer()

    def _answer(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(_RESPONSE)


def _size_of_first(received: bytes) -> int:
    """The bytes of the first request, or 0 when it is not whole yet."""
    head = received.find(b"\r\n\r\n")
    if head < 0:
        return 0
    length = _CONTENT_LENGTH.search(received, 0, head + 2)
    size = head + 4 + (int(length[1]) if length else 0)
    return size if len(received) >= size else 0


async def answer_forever(port: int, delay: float) -> None:
    """Answers on loopback until the process is told to stop."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answering(delay), "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(answer_forever(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0))
