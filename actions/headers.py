"""Header fields a step sets on its own (RFC 9110, section 5)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from core.schema_words import json_path

NAMES: Mapping[str, Any] = {
    "pattern": r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$",
    "x-expected": "a header name; use letters, digits and hyphens",
}
"""The JSON Schema of a header's name: a token (RFC 9110, section 5.6.2)."""

_OF_CONNECTIONS = frozenset(
    {
        "connection",
        "content-length",
        "keep-alive",
        "proxy-authenticate",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""What belongs to a connection or frames a message; only the server and the sender may say it."""

RESERVED_IN_ANSWERS = _OF_CONNECTIONS | {"clear-site-data"}
"""The same for an answer, and what would sign out whoever is signed in to Penstock's pages."""

RESERVED_IN_REQUESTS = _OF_CONNECTIONS | {"expect", "host", "proxy-authorization"}
"""The same for a request, and `Host`, which follows from the URL."""

_OWN_COOKIES = "penstock_"
_BARRED_FROM_VALUES = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]")


def name_faults(headers: Mapping[str, object], reserved: Collection[str]) -> list[tuple[str, str]]:
    """Reserved names, and names that differ only in case, as (path below `with`, message)."""
    faults: list[tuple[str, str]] = []
    seen: dict[str, str] = {}
    for name in headers:
        first = seen.setdefault(name.lower(), name)
        if name.lower() in reserved:
            faults.append((json_path([name], "headers"), f"{name} is Penstock's to set; remove it"))
        elif first != name:
            faults.append(
                (json_path([name], "headers"), f"{name} is the same header as {first}; keep one")
            )
    return faults


def value_fault(headers: Iterable[tuple[str, str]]) -> str | None:
    """Why a value cannot be sent: a line break, another control character, or beyond ISO-8859-1."""
    for name, value in headers:
        barred = _BARRED_FROM_VALUES.search(value)
        if barred is not None:
            return (
                f"headers.{name}: {barred[0]!r} cannot stand in a header; "
                "percent-encode it or leave it out"
            )
    return None


def cookie_fault(headers: Iterable[tuple[str, str]]) -> str | None:
    """Why a cookie cannot be set: Penstock's pages are at the same address and have their own.

    Browsers send a cookie without a name as its value alone, which then reads as a name (RFC 6265).
    """
    for name, value in headers:
        cookie = value.lstrip(" \t=").lower()
        if name.lower() == "set-cookie" and cookie.startswith(_OWN_COOKIES):
            return f"headers.{name}: cookies named {_OWN_COOKIES}… are Penstock's; choose another"
    return None


def own_value(headers: Mapping[str, object], name: str) -> object:
    """What a step sets for a header, whatever the case it wrote the name in; None when nothing."""
    return next((value for key, value in headers.items() if key.lower() == name), None)
