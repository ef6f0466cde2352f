"""Header fields as they may be sent (RFC 9110, section 5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import metadata

from core.http import FailureKind, Headers
from net.failures import SendError

Fields = dict[str, str]
"""Header fields by name as written, each once; a value's characters are the bytes to send."""

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
"""What methods and header names are made of (RFC 9110, section 5.6.2)."""

_UNFIT_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")

_OF_THE_CONNECTION = frozenset(
    {
        "connection",
        "content-length",
        "host",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""How a message is framed and where it goes: two opinions about that are request smuggling."""


def default_user_agent() -> str:
    """`Penstock/<version>`, or `Penstock` where it runs without being installed."""
    try:
        return f"Penstock/{metadata.version('penstock')}"
    except metadata.PackageNotFoundError:
        return "Penstock"


def checked_fields(headers: Headers, defaults: Mapping[str, str]) -> Fields:
    """The fields to send: `headers`, and those of `defaults` (names lower-case) they leave out.

    Values go out as UTF-8. A name that comes again is joined to the first by a comma (RFC 9110,
    section 5.3), for Cookie by a semicolon. Raises SendError (INVALID_REQUEST) naming the header.
    """
    fields: Fields = {}
    names: dict[str, str] = {}
    for name, value in headers:
        key = _checked_name(name)
        text = _wire_value(name, value)
        first = names.setdefault(key, name)
        if first in fields:
            fields[first] += ("; " if key == "cookie" else ", ") + text
        else:
            fields[first] = text
    for name, value in defaults.items():
        if name not in names:
            fields[name.title()] = value
    return fields


def _checked_name(name: str) -> str:
    if not TOKEN.fullmatch(name):
        raise _refused(name, "is not a header name; use letters, digits and hyphens")
    key = name.lower()
    if key in _OF_THE_CONNECTION:
        raise _refused(name, "is set by Penstock for every request; remove it from the step")
    return key


def _wire_value(name: str, value: str) -> str:
    unfit = _UNFIT_VALUE.search(value)
    if unfit:
        raise _refused(name, f"has the character {unfit[0]!r} in its value; no header may carry it")
    text = value.strip(" \t")
    return text if text.isascii() else text.encode().decode("latin-1")


def _refused(name: str, fault: str) -> SendError:
    shown = name if len(name) <= 80 else name[:80] + "…"
    return SendError(FailureKind.INVALID_REQUEST, f"the header {shown!r} {fault}")
