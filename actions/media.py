"""Content types (RFC 9110, section 8.3): what is JSON, and which bytes a text is."""

from __future__ import annotations

import re

from actions.encoding import ContentError

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
TEXT = "text/plain; charset=utf-8"

_CHARSET = re.compile(r';\s*charset\s*=\s*"?([^\s;"]+)', re.IGNORECASE)

# Chosen by the other side, so only charsets that decode in linear time into Unicode are taken:
# Python's own list has quadratic ones (idna, punycode) and ones that are none (zip, hex).
_KNOWN_CHARSET = re.compile(
    r"utf-?8|utf-?16(?:le|be)?|iso-8859-(?:1[013-6]|[1-9])|windows-125[0-8]|koi8-[ru]"
    r"|shift_jis|euc-(?:jp|kr)|big5|gb(?:k|2312|18030)",
    re.IGNORECASE,
)
_LONGEST_CHARACTER = 4


def is_json(content_type: str) -> bool:
    """Whether a Content-Type says JSON: `application/json`, `text/json` or one in `+json`."""
    essence = _essence(content_type)
    return essence in (JSON, "text/json") or essence.endswith("+json")


def encode(text: str, content_type: str) -> bytes:
    """A text in the charset of its Content-Type, UTF-8 by default. Raises ContentError."""
    charset = _charset(content_type)
    try:
        return text.encode(charset)
    except UnicodeEncodeError as error:
        character = text[error.start]
        raise ContentError(
            f"body: the character {character!r} does not exist in the charset {charset} that "
            "Content-Type names; use charset=utf-8"
        ) from error


def decode(body: bytes, content_type: str, truncated: bool) -> str | None:
    """The text of a body, or None when it is not text.

    Read in the charset of the Content-Type, UTF-8 by default. What does not decode is read as
    ISO-8859-1 when the type says text or XML (the default of RFC 2616, section 3.7.1, which old
    systems still send). The end of a truncated body may lie within a character.
    """
    charset = _charset(content_type)
    for missing in range(_LONGEST_CHARACTER if truncated else 1):
        try:
            return body[: len(body) - missing].decode(charset)
        except UnicodeDecodeError:
            continue
    return body.decode("iso-8859-1") if _is_text(content_type) else None


def _charset(content_type: str) -> str:
    named = _CHARSET.search(content_type)
    if named is None or not _KNOWN_CHARSET.fullmatch(named[1]):
        return "utf-8"
    return named[1]


def _is_text(content_type: str) -> bool:
    essence = _essence(content_type)
    return essence.startswith("text/") or essence.endswith(("/xml", "+xml"))


def _essence(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
