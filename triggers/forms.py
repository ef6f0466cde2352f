"""HTML forms, fields only: urlencoded (WHATWG URL, section 5), multipart/form-data (RFC 7578)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl

from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
)

from core.errors import InvalidError
from triggers.charsets import ASCII_SUPERSETS, codec_of, decode

MAX_FIELDS = 1000
MAX_NAME_LENGTH = 256

_LONGEST_SHOWN = 40
_TOO_MANY = f"The form has more than {MAX_FIELDS} fields."

FormFields = dict[str, str | list[str]]
"""Fields by name; a name that came more than once has the list of its values, in order."""


def read_urlencoded(raw: bytes, charset: str) -> FormFields:
    """The fields of an `application/x-www-form-urlencoded` body. Raises InvalidError."""
    codec = codec_of(charset, ASCII_SUPERSETS)
    text = decode(raw, codec)
    try:
        pairs = parse_qsl(
            text,
            keep_blank_values=True,
            encoding=codec.removesuffix("-sig"),
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except UnicodeDecodeError as error:
        shown = f"%{error.object[error.start]:02X}"
        raise InvalidError(f"The form is not in its charset: {shown} does not fit.") from None
    except ValueError:
        raise InvalidError(_TOO_MANY) from None
    return _grouped(pairs)


def read_multipart(raw: bytes, boundary: str, charset: str) -> FormFields:
    """The fields of a `multipart/form-data` body. Raises InvalidError, for a file too."""
    if not boundary:
        raise InvalidError("The Content-Type multipart/form-data needs a boundary.")
    try:
        return _grouped(_text_parts(raw, boundary, charset))
    except MultipartError as error:
        raise InvalidError(f"The multipart body is malformed: {error}.") from None


def _text_parts(raw: bytes, boundary: str, charset: str) -> Iterator[tuple[str, str]]:
    default = codec_of(charset, ASCII_SUPERSETS)
    for segment, content in _parts(raw, boundary):
        name = segment.name[:_LONGEST_SHOWN]
        if segment.filename:
            raise InvalidError(f"The field {name!r} holds a file; only text fields are taken.")
        if segment.filename is None:
            codec = codec_of(segment.charset, ASCII_SUPERSETS) if segment.charset else default
            yield segment.name, decode(content, codec)
        elif content:
            raise InvalidError(f"The field {name!r} holds a file without a name.")


def _parts(raw: bytes, boundary: str) -> Iterator[tuple[MultipartSegment, bytes]]:
    with PushMultipartParser(boundary, strict=True, max_segment_count=MAX_FIELDS) as parser:
        content: list[bytes] = []
        segment = None
        for event in parser.parse(raw):
            if isinstance(event, MultipartSegment):
                segment, content = event, []
            elif event is None:
                yield segment, b"".join(content)
            else:
                content.append(event)


def _grouped(pairs: Iterable[tuple[str, str]]) -> FormFields:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        if len(name) > MAX_NAME_LENGTH:
            shown = name[:_LONGEST_SHOWN]
            limit = f"at most {MAX_NAME_LENGTH} characters"
            raise InvalidError(f"The field name {shown!r}… is too long; {limit} are taken.")
        values.setdefault(name, []).append(value)
    return {name: found[0] if len(found) == 1 else found for name, found in values.items()}
