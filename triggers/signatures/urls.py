"""The URL that some providers sign: as they call it, which a server has to know."""

from __future__ import annotations

import re

URL_HINT = (
    "The URL was taken to be {}. Where the provider calls another one, set PENSTOCK_PUBLIC_URL "
    "or PENSTOCK_TRUSTED_PROXIES."
)
URL_NOTE = (
    "The URL is signed, so Penstock must know how the provider calls it. Behind a proxy set "
    "`PENSTOCK_PUBLIC_URL`, or name the proxy in `PENSTOCK_TRUSTED_PROXIES` and let it send "
    "`X-Forwarded-Proto` and `X-Forwarded-Host` ([operating](operating.md)). Which URL a request "
    "was checked with stands in the request log where the signature does not fit."
)

_ORIGIN = re.compile(r"(https?)://(\[[^\]]*\]|[^/:?#]*)(:[0-9]*)?")
_STANDARD_PORTS = {"https": ":443", "http": ":80"}


def with_and_without_port(url: str) -> tuple[str, ...]:
    """A URL with its port, the scheme's own if it has none, and without; as it is if it is odd."""
    origin = _ORIGIN.match(url)
    if origin is None:
        return (url,)
    scheme, host, port = origin.groups()
    rest = url[origin.end() :]
    with_port = f"{scheme}://{host}{port or _STANDARD_PORTS[scheme]}{rest}"
    return (f"{scheme}://{host}{rest}", with_port)
