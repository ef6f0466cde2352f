"""The head of a response, read strictly: http.client takes too much for an answer.

Left alone it takes a head that breaks off in the middle for a whole one, 103 for a final answer,
the fields after a malformed line for a body, and a chunk of size -1 for all that ever comes.
"""

from __future__ import annotations

import io
import re
from enum import Enum
from http.client import (
    HTTPException,
    HTTPMessage,
    HTTPResponse,
    IncompleteRead,
    RemoteDisconnected,
)
from typing import Any, cast

_LARGEST_HEAD = 1 << 16
"""Bytes of status lines, header and trailer fields, interim answers included."""
_MOST_INTERIM = 10

_MOST_FIELDS = 100
_LONGEST_LENGTH = 18
"""Digits of a Content-Length; nobody sends an exabyte."""

_STATUS = re.compile(rb"HTTP/1\.([0-9]) ([1-9][0-9]{2})(?: [^\r\n\0]*)?\r?\n")
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
        if self._part is _Part.CHUNKS:
            line = super().readline(size)
            self._check_chunk(_content(line))
        else:
            # One byte beyond what is left shows that there is more, and a line may have no end.
            line = super().readline(self._left + 1)
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


class HeadFields:
    """The fields of a head, in order, names as they came; looked up in lower case."""

    __slots__ = ("_by_name", "_fields")

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._fields = fields
        self._by_name: dict[str, list[str]] = {}
        for name, value in fields:
            self._by_name.setdefault(name.lower(), []).append(value)

    def get(self, name: str, default: Any = None) -> Any:
        """The first field of that name."""
        values = self._by_name.get(name)
        return values[0] if values else default

    def get_all(self, name: str, default: Any = None) -> Any:
        """Every field of that name."""
        return self._by_name.get(name, default)

    def items(self) -> list[tuple[str, str]]:
        """Every field."""
        return self._fields


class StrictResponse(HTTPResponse):
    """http.client's response, final, with one way to tell where its body ends (RFC 9112, 6.3).

    Its head is parsed here: the mail parser that http.client uses costs more than all the rest.
    """

    _method: str | None

    def begin(self) -> None:
        """Reads the head; raises HTTPException for what is not HTTP, IncompleteRead when cut."""
        reader = _HeadReader(self.fp.detach())
        self.fp = reader
        for _ in range(_MOST_INTERIM + 1):
            self._read_head(reader)
            if self.status >= 200:
                reader.body_follows()
                self._find_body()
                self._check_framing()
                return
            if self.status == 101:
                raise HTTPException("101 Switching Protocols, which nobody asked for")
        raise HTTPException(f"more than {_MOST_INTERIM} interim answers")

    def read(self, amt: int | None = None) -> bytes:
        """As in http.client, but raises IncompleteRead for a body shorter than its length."""
        data = super().read(amt)
        if not data and self.length:
            raise IncompleteRead(data, self.length)
        return data

    def _read_head(self, reader: _HeadReader) -> None:
        line = reader.readline()
        if not line:
            raise RemoteDisconnected("the connection was closed without an answer")
        found = _STATUS.fullmatch(line)
        if found is None:
            raise HTTPException(f"the status line {line[:40]!r}")
        self.version = 10 if found[1] == b"0" else 11
        self.code = self.status = int(found[2])
        fields = HeadFields(_read_fields(reader))
        # What http.client reads of it further on are get() and items() alone.
        self.headers = self.msg = cast("HTTPMessage", fields)

    def _closes(self) -> bool:
        """Whether the partner closes the connection after this answer (RFC 9112, section 9.3)."""
        connection = self.headers.get("connection", "").lower()
        return "close" in connection or (self.version == 10 and "keep-alive" not in connection)

    def _find_body(self) -> None:
        """Where the body ends (RFC 9112, section 6.3)."""
        coding, length = self.headers.get("transfer-encoding"), self.headers.get("content-length")
        self.chunked = coding is not None and coding.strip().lower() == "chunked"
        self.chunk_left = None
        self.will_close = self._closes()
        self.length = None if self.chunked or length is None else _length(length)
        if self.status in (204, 304) or self._method == "HEAD":
            self.length = 0
        if not self.chunked and self.length is None:
            self.will_close = True

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


def _read_fields(reader: _HeadReader) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    while line := reader.readline().rstrip(b"\r\n"):
        text = line.decode("latin-1")
        if text[0] in " \t":
            if not fields:
                raise HTTPException(f"a malformed header line {line[:40]!r}")
            name, value = fields.pop()
            fields.append((name, f"{value} {text.strip()}"))
        elif len(fields) == _MOST_FIELDS:
            raise HTTPException(f"more than {_MOST_FIELDS} header fields")
        else:
            name, _, value = text.partition(":")
            fields.append((name, value.strip(" \t")))
    return fields


def _length(text: str) -> int | None:
    if len(text) > _LONGEST_LENGTH:
        raise HTTPException(f"the content length {text[:40]!r}")
    return int(text) if text.isascii() and text.isdigit() else None
