"""The head of a response, read strictly: http.client takes too much for an answer.

Left alone it takes a head that breaks off in the middle for a whole one, 103 for a final answer,
the fields after a malformed line for a body, and a chunk of size -1 for all that ever comes.
"""

from __future__ import annotations

import io
import re
from enum import Enum
from http.client import HTTPException, HTTPResponse, IncompleteRead

_LARGEST_HEAD = 1 << 16
"""Bytes of status lines, header and trailer fields, interim answers included."""
_MOST_INTERIM = 10

_FIELD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\r\n\0]*|[ \t][^\r\n\0]*")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(;[^\r\n]*)?")


class _Part(Enum):
    STATUS = "status line"
    FIELDS = "header"
    CHUNKS = "chunk size"
    TRAILERS = "trailer"


class _HeadReader(io.BufferedReader):
    """Checks every line that http.client reads by `readline`: status, fields, chunk sizes."""

    _part = _Part.STATUS
    _left = _LARGEST_HEAD

    def body_follows(self) -> None:
        """From here on lines are the sizes of chunks."""
        self._part = _Part.CHUNKS

    def readline(self, size: int | None = -1, /) -> bytes:
        """A whole line; raises HTTPException for one that breaks off or is malformed."""
        line = super().readline(size)
        if self._part is _Part.CHUNKS:
            self._check_chunk(_content(line))
        else:
            self._check_head(line)
        return line

    def _check_head(self, line: bytes) -> None:
        self._left -= len(line)
        if self._left < 0:
            raise HTTPException(f"more than {_LARGEST_HEAD} bytes of headers")
        if self._part is _Part.STATUS:
            if line:  # http.client has its own error for a peer that says nothing
                _content(line)
                self._part = _Part.FIELDS
        elif self._part is _Part.FIELDS:
            content = _content(line)
            if not content:
                self._part = _Part.STATUS
            elif not _FIELD.fullmatch(content):
                raise HTTPException(f"a malformed header line {content[:40]!r}")

    def _check_chunk(self, content: bytes) -> None:
        found = _CHUNK.fullmatch(content)
        if found is None:
            raise HTTPException(f"a malformed chunk size {content[:40]!r}")
        if int(found[1], 16) == 0:
            self._part = _Part.TRAILERS


def _content(line: bytes) -> bytes:
    if not line.endswith(b"\n"):
        raise IncompleteRead(line)
    return line[:-2] if line.endswith(b"\r\n") else line[:-1]


class StrictResponse(HTTPResponse):
    """http.client's response, final, with one way to tell where its body ends (RFC 9112, 6.3)."""

    def begin(self) -> None:
        """Reads the head; raises HTTPException for what is not HTTP, IncompleteRead when cut."""
        reader = _HeadReader(self.fp.detach())
        self.fp = reader
        for _ in range(_MOST_INTERIM + 1):
            super().begin()
            if self.status >= 200:
                reader.body_follows()
                self._check_framing()
                return
            if self.status == 101:
                raise HTTPException("101 Switching Protocols, which nobody asked for")
            self._forget_head()
        raise HTTPException(f"more than {_MOST_INTERIM} interim answers")

    def read(self, amt: int | None = None) -> bytes:
        """As in http.client, but raises IncompleteRead for a body shorter than its length."""
        data = super().read(amt)
        if not data and self.length:
            raise IncompleteRead(data, self.length)
        return data

    def _forget_head(self) -> None:
        # http.client reads a head only while it has none.
        self.headers = self.msg = None  # type: ignore[assignment]

    def _check_framing(self) -> None:
        codings = self.headers.get_all("transfer-encoding", [])
        lengths = self.headers.get_all("content-length", [])
        if codings and [coding.strip().lower() for coding in codings] != ["chunked"]:
            raise HTTPException(f"the transfer coding {', '.join(codings)[:40]!r}")
        if any(not (length.isascii() and length.isdigit()) for length in lengths):
            raise HTTPException(f"the content length {lengths[0][:40]!r}")
        if len(set(lengths)) > 1:
            raise HTTPException("several content lengths")
        if codings and (lengths or self.status in (204, 304)):
            self._close_after_body()

    def _close_after_body(self) -> None:
        # Two opinions about where the body ends: whatever comes after it must not be read.
        self.will_close = True
        if self.status in (204, 304):
            self.chunked = False
