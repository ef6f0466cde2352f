"""A request that is about to leave, and its masked twin: whatever is added is added to both."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import quote

from core.http import Headers, OutboundRequest

_ENCODED_MASK = re.compile(r"%5Bsecret%3A(\w+)%5D")


@dataclass(frozen=True, slots=True)
class Exchange:
    """`request` is sent; `shown` is what the log has of it, and is never sent."""

    request: OutboundRequest
    shown: OutboundRequest

    def with_headers(self, headers: Headers, shown: Headers | None = None) -> Exchange:
        """With these fields behind its own; `shown` are their twins where they hold secrets."""
        twins = headers if shown is None else shown
        return Exchange(
            replace(self.request, headers=self.request.headers + headers),
            replace(self.shown, headers=self.shown.headers + twins),
        )

    def with_header(self, name: str, value: str, shown: str) -> Exchange:
        """With one field more, whose value is shown as another."""
        return self.with_headers(((name, value),), ((name, shown),))

    def with_parameter(self, name: str, value: str, shown: str) -> Exchange:
        """With one parameter more in the query of its URL, whose value is shown as another."""
        pair = f"{quote(name, safe='')}="
        return Exchange(
            replace(self.request, url=with_query(self.request.url, pair + quote(value, safe=""))),
            replace(self.shown, url=with_query(self.shown.url, pair + shown)),
        )


def with_query(url: str, query: str) -> str:
    """A URL with more in its query. `query` is percent-encoded already; an empty one adds nothing.

    A fragment is left out where something is added: it is never sent (RFC 9110, section 4.2.5), and
    a query behind it would be part of it.
    """
    if not query:
        return url
    address = url.partition("#")[0]
    return f"{address}{'&' if '?' in address else '?'}{query}"


def readable_masks(text: str) -> str:
    """The text with its masks readable again where they were percent-encoded."""
    return _ENCODED_MASK.sub(r"[secret:\1]", text)
