"""Which endpoint a URL belongs to (RFC 6454), and what may be shown of it."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SHOWN_ORIGIN = re.compile(r"(?:https?://)?[^/?#]*", re.IGNORECASE)


@lru_cache(maxsize=4096)
def origin_of(url: str) -> str | None:
    """Such as `https://partner.example` or `http://10.0.0.7:8080`; None when it has none.

    Lower-case, without the scheme's own port. What is no http or https URL is refused elsewhere.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    own_port = port in (None, _DEFAULT_PORTS[parts.scheme])
    return f"{parts.scheme}://{host}" if own_port else f"{parts.scheme}://{host}:{port}"


def label_of(origin: str, shown_url: str) -> str:
    """The origin as it may be shown: where `shown_url`, the masked URL, hides it, so does this."""
    if origin_of(shown_url) == origin:
        return origin
    found = _SHOWN_ORIGIN.match(shown_url)
    return found[0] if found else ""
