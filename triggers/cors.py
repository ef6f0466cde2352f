"""Cross-origin requests from browsers (WHATWG Fetch, CORS protocol), for public forms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.http import Headers, InboundRequest

ANY_ORIGIN = "*"
_MAX_AGE_SECONDS = "600"
_HEADER_NAMES = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~, -]{1,2000}")


@dataclass(frozen=True, slots=True)
class Cors:
    """Which origins may call from a browser: the headers of an answer, by origin."""

    by_origin: Mapping[str, Headers]
    otherwise: Headers
    methods: str

    def headers(self, request: InboundRequest) -> Headers:
        """The headers any answer carries; `Vary` stands even where the origin is not listed."""
        return self.by_origin.get(request.headers.get("origin", ""), self.otherwise)

    def preflight(self, request: InboundRequest) -> Headers | None:
        """The headers that answer a preflight, or None when the origin may not call."""
        allowed = self.headers(request)
        asked = request.headers.get("access-control-request-method")
        if not asked or not _allows(allowed):
            return None
        return (
            *allowed,
            ("Access-Control-Allow-Methods", self.methods),
            *_allowed_headers(request),
            ("Access-Control-Max-Age", _MAX_AGE_SECONDS),
        )


def compile_cors(origins: Iterable[str], methods: Iterable[str]) -> Cors:
    """The rules for listed origins; `*` among them allows every one, none listed allows none."""
    listed = [origin.lower() for origin in origins]
    vary: Headers = (("Vary", "Origin"),)
    by_origin: dict[str, Headers] = {
        origin: (("Access-Control-Allow-Origin", origin), *vary) for origin in listed
    }
    otherwise: Headers = vary if listed else ()
    if ANY_ORIGIN in listed:
        by_origin, otherwise = {}, (("Access-Control-Allow-Origin", ANY_ORIGIN),)
    return Cors(by_origin, otherwise, ", ".join(sorted(methods)))


def _allows(headers: Headers) -> bool:
    return bool(headers) and headers[0][0] == "Access-Control-Allow-Origin"


def _allowed_headers(request: InboundRequest) -> Headers:
    """Every header that is asked for: what matters of them is checked by the trigger's auth."""
    asked = request.headers.get("access-control-request-headers", "")
    if not _HEADER_NAMES.fullmatch(asked):
        return ()
    return (("Access-Control-Allow-Headers", asked),)
