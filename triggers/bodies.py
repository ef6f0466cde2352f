"""From the bytes of a request to the body an automation sees, by the Content-Type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from multipart import parse_options_header  # type: ignore[import-untyped]

from core import strict_json
from core.errors import InvalidError, JsonError
from triggers.charsets import UTF_8, codec_of, decode, xml_codec
from triggers.forms import read_multipart, read_urlencoded

BODYLESS_METHODS = frozenset({"GET", "DELETE"})
"""Methods whose requests usually have no body, whatever Content-Type a client adds."""


@dataclass(frozen=True, slots=True)
class ParsedBody:
    """A body's value; `is_json` says that the bytes are the JSON text of it."""

    value: object
    is_json: bool = False


@dataclass(frozen=True, slots=True)
class MediaType:
    """A Content-Type taken apart: `application/json`, and the parameters that matter here."""

    essence: str
    charset: str
    boundary: str


Reader = Callable[[bytes, MediaType], ParsedBody]


def parse_body(method: str, content_type: str, raw: bytes) -> ParsedBody:
    """The body's value: JSON value, form fields, text, or None for no body.

    Without a known type it is JSON when it parses as such, else UTF-8 text. JSON is UTF-8 whatever
    its charset says (RFC 8259, section 8.1). Raises InvalidError or JsonError with words for the
    caller.
    """
    if not raw and method in BODYLESS_METHODS:
        return ParsedBody(None)
    media_type, read = _reader_of(content_type)
    return read(raw, media_type)


def body_value(method: str, content_type: str, raw: bytes) -> object:
    """The body's value alone; as `parse_body`."""
    return parse_body(method, content_type, raw).value


@lru_cache(maxsize=256)
def media_type_of(content_type: str) -> MediaType:
    """A Content-Type taken apart; one that is malformed has an empty essence."""
    essence, options = parse_options_header(content_type)
    return MediaType(essence, options.get("charset", ""), options.get("boundary", ""))


@lru_cache(maxsize=256)
def _reader_of(content_type: str) -> tuple[MediaType, Reader]:
    media_type = media_type_of(content_type)
    return media_type, _READERS.get(media_type.essence) or _reader_of_family(media_type.essence)


def _reader_of_family(essence: str) -> Reader:
    if essence.endswith("+json"):
        return _read_json
    if essence.endswith("+xml"):
        return _read_xml
    if essence.startswith("text/"):
        return _read_text
    return _read_unknown


def _read_json(raw: bytes, media_type: MediaType) -> ParsedBody:
    try:
        return ParsedBody(strict_json.loads(raw), is_json=True)
    except JsonError as error:
        raise JsonError(f"The body is not valid JSON: {error}.") from None


def _read_urlencoded(raw: bytes, media_type: MediaType) -> ParsedBody:
    return ParsedBody(read_urlencoded(raw, media_type.charset))


def _read_multipart(raw: bytes, media_type: MediaType) -> ParsedBody:
    return ParsedBody(read_multipart(raw, media_type.boundary, media_type.charset))


def _read_text(raw: bytes, media_type: MediaType) -> ParsedBody:
    return ParsedBody(decode(raw, codec_of(media_type.charset)))


def _read_xml(raw: bytes, media_type: MediaType) -> ParsedBody:
    codec = codec_of(media_type.charset) if media_type.charset else xml_codec(raw)
    return ParsedBody(decode(raw, codec))


def _read_unknown(raw: bytes, media_type: MediaType) -> ParsedBody:
    if not raw:
        return ParsedBody(None)
    try:
        return _read_json(raw, media_type)
    except JsonError:
        return _read_as_utf8(raw, media_type)


def _read_as_utf8(raw: bytes, media_type: MediaType) -> ParsedBody:
    try:
        return ParsedBody(decode(raw, UTF_8))
    except InvalidError:
        named = f"Content-Type {media_type.essence[:80]}" if media_type.essence else "body"
        taken = "send JSON, a form, text or XML and name its Content-Type"
        raise InvalidError(f"The {named} cannot be read; {taken}.") from None


_READERS: dict[str, Reader] = {
    "application/json": _read_json,
    "application/x-www-form-urlencoded": _read_urlencoded,
    "multipart/form-data": _read_multipart,
    "application/xml": _read_xml,
    "text/xml": _read_xml,
}
