"""Bodies and values as people read them: indented JSON, text, or bytes in hexadecimal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from engine.sent_requests import KEPT_BODY

SHOWN_BYTES = 512
"""Bytes of a body that is no text that are shown in hexadecimal."""
SHOWN_TEXT = 256 * 1024
"""Characters of a text that a page shows."""
_ROW = 16


@dataclass(frozen=True, slots=True)
class Payload:
    """A body to be shown. `kind` is `json`, `text`, `binary` or `empty`; `length` is in bytes.

    `cut` says in words what is not shown; empty where all is.
    """

    kind: str
    text: str
    length: int
    cut: str = ""


def payload_of(body: bytes | None) -> Payload:
    """A body of the request log."""
    if not body:
        return Payload("empty", "", 0)
    cut = f"Only its first {KEPT_BODY // 1024} KiB are kept." if len(body) >= KEPT_BODY else ""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return _binary(body, cut)
    if "\0" in text:
        return _binary(body, cut)
    try:
        return _text("json", indented(orjson.loads(body)), len(body), cut)
    except orjson.JSONDecodeError:
        return _text("text", text, len(body), cut)


def payload_of_value(value: Any) -> Payload:
    """A JSON value."""
    text = indented(value)
    return _text("json", text, len(text.encode()), "")


def indented(value: Any) -> str:
    """A JSON value as text of many lines."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode()


def _text(kind: str, text: str, length: int, cut: str) -> Payload:
    if len(text) > SHOWN_TEXT:
        cut = f"Only its first {SHOWN_TEXT // 1024} Ki characters are shown."
    return Payload(kind, text[:SHOWN_TEXT], length, cut)


def _binary(body: bytes, cut: str) -> Payload:
    rows = range(0, min(len(body), SHOWN_BYTES), _ROW)
    if len(body) > SHOWN_BYTES:
        cut = f"Its first {SHOWN_BYTES} bytes; {cut}" if cut else f"Its first {SHOWN_BYTES} bytes."
    return Payload("binary", "\n".join(_hex(body, row) for row in rows), len(body), cut)


def _hex(body: bytes, start: int) -> str:
    row = body[start : start + _ROW]
    text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
    return f"{start:06x}  {row.hex(' '):<{_ROW * 3}} {text}"
