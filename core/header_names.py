"""Names of header fields that people write (RFC 9110, section 5): which may stand where."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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


def name_faults(headers: Mapping[str, object], reserved: Collection[str]) -> list[tuple[str, str]]:
    """Reserved names, and names that differ only in case, as (path below the object, message)."""
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
