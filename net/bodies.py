"""The body of a response: decoded, and never more of it in memory than asked for."""

from __future__ import annotations

import zlib
from typing import Protocol

from net.responses import StrictResponse

_PIECE = 1 << 16

_GZIP = 16 + zlib.MAX_WBITS
_ZLIB = zlib.MAX_WBITS
_RAW_DEFLATE = -zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"


class Decoder(Protocol):
    """Decodes a body piece by piece."""

    def decode(self, data: bytes, most: int) -> bytes:
        """At most `most` bytes of the decoded body; fewer only when all of `data` is decoded."""
        ...

    def finish(self) -> None:
        """Raises zlib.error when the body ends too early."""
        ...


class _Identity:
    def decode(self, data: bytes, most: int) -> bytes:
        return data[:most]

    def finish(self) -> None:
        pass


class _Inflate:
    """gzip and deflate (RFC 9110, section 8.4.1).

    urllib3's own decoders take a stream that breaks off for a whole one, which is how a broken
    connection looks when the answer has no length.
    """

    def __init__(self, window: int) -> None:
        self._window = window
        self._stream = zlib.decompressobj(window)
        self._begun = False
        self._ended = False

    def decode(self, data: bytes, most: int) -> bytes:
        if self._ended:
            return b""
        decoded = self._stream.decompress(data, most) if self._begun else self._begin(data, most)
        while len(decoded) < most and self._next_member():
            rest = self._stream.unused_data
            self._stream = zlib.decompressobj(self._window)
            decoded += self._stream.decompress(rest, most - len(decoded))
        return decoded

    def finish(self) -> None:
        if self._begun and not self._stream.eof:
            raise zlib.error("the compressed body breaks off")

    def _begin(self, data: bytes, most: int) -> bytes:
        self._begun = True
        try:
            return self._stream.decompress(data, most)
        except zlib.error:
            if self._window != _ZLIB:
                raise
        # Some servers send deflate without the zlib wrapper that RFC 9110, 8.4.1.2 asks for.
        self._stream = zlib.decompressobj(_RAW_DEFLATE)
        return self._stream.decompress(data, most)

    def _next_member(self) -> bool:
        """Whether another gzip member begins here; padding behind the last one is passed over."""
        rest = self._stream.unused_data
        if len(rest) < len(_GZIP_MAGIC):
            return False
        self._ended = self._window != _GZIP or not rest.startswith(_GZIP_MAGIC)
        return not self._ended


def read_body(response: StrictResponse, max_response: int) -> tuple[bytes, bool]:
    """The decoded body and whether it was cut at `max_response` bytes; the rest stays unread.

    A content coding other than gzip and deflate is left as it is. Raises IncompleteRead or OSError
    for a broken connection, zlib.error for a body that is not in its coding.
    """
    decoder = decoder_of(response.headers.get("content-encoding", ""))
    kept = bytearray()
    while len(kept) <= max_response:
        data = response.read(_PIECE)
        if not data:
            decoder.finish()
            return bytes(kept), False
        kept += decoder.decode(data, max_response + 1 - len(kept))
    return bytes(kept[:max_response]), True


def decoder_of(coding: str) -> Decoder:
    """The decoder for a Content-Encoding, case ignored; one that changes nothing for others."""
    match coding.strip().lower():
        case "gzip" | "x-gzip":
            return _Inflate(_GZIP)
        case "deflate":
            return _Inflate(_ZLIB)
        case _:
            return _Identity()
