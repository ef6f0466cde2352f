"""Values of header fields a step sets on its own (RFC 9110, section 5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_OWN_COOKIES = "penstock_"
_BARRED_FROM_VALUES = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]")


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
