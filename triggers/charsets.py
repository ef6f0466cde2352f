"""Bytes to text by the charsets a request may name, and no other codec of Python's."""

from __future__ import annotations

import codecs
import re

from core.errors import InvalidError

UTF_8 = "utf-8-sig"
"""UTF-8; a byte order mark at the front is not part of the text."""

ASCII_SUPERSETS = {
    "utf-8": UTF_8,
    "utf8": UTF_8,
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "latin-1": "latin-1",
    "latin1": "latin-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
}
"""Charsets in which a form can be written: name in a header → codec."""

CHARSETS = {
    **ASCII_SUPERSETS,
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
"""Charsets in which text can be written: name in a header → codec."""

_XML_DECLARATION = re.compile(rb"<\?xml[^>]{1,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def codec_of(charset: str, known: dict[str, str] = CHARSETS) -> str:
    """The codec of a charset, UTF-8 for none. Raises InvalidError when it is not known."""
    codec = known.get(charset.lower()) if charset else UTF_8
    if codec is None:
        names = ", ".join(known)
        raise InvalidError(f"The charset {charset[:40]!r} is not taken; use one of {names}.")
    return codec


def decode(raw: bytes, codec: str) -> str:
    """The text. Raises InvalidError with the first byte that does not fit."""
    try:
        return raw.decode(codec)
    except UnicodeDecodeError as error:
        shown = f"0x{raw[error.start]:02x} at position {error.start}"
        charset = "UTF-8" if codec == UTF_8 else codec.upper()
        raise InvalidError(f"The body is not {charset} text: byte {shown} does not fit.") from None


def xml_codec(raw: bytes) -> str:
    """The codec of XML without a charset in its header (RFC 7303): mark, declaration, or UTF-8."""
    if raw.startswith(_WIDE_MARKS):
        return "utf-16"
    declaration = _XML_DECLARATION.match(raw)
    return codec_of(declaration[1].decode()) if declaration else UTF_8
