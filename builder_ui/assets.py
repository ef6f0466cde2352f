"""Files of the browser: where they are, how they are named so that they can be kept for ever."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Response, send_from_directory

STATIC = Path(__file__).parent.parent / "static"
HTMX_VERSION = "2.0.11"
HTMX_ORIGIN = "https://cdn.jsdelivr.net"
HTMX_CDN = f"{HTMX_ORIGIN}/npm/htmx.org@{HTMX_VERSION}/dist/htmx.min.js"
FOR_EVER = 365 * 24 * 3600


@lru_cache(maxsize=1)
def digest() -> str:
    """A name of all files as they are now; a change of any of them changes every address."""
    found = hashlib.sha256()
    for file in sorted(STATIC.rglob("*")):
        if file.is_file():
            found.update(str(file.relative_to(STATIC)).encode() + file.read_bytes())
    return found.hexdigest()[:16]


def address(name: str) -> str:
    """The path of a file at which a browser may keep it for ever."""
    return f"/static/{digest()}/{name}"


@lru_cache(maxsize=8)
def modules(folder: str) -> tuple[str, ...]:
    """The addresses of every script below a folder of `static/`, for a page that needs them all.

    A browser that is told so asks for them at once, and not for each as another one names it.
    """
    names = sorted((STATIC / folder).rglob("*.js"))
    return tuple(address(str(name.relative_to(STATIC))) for name in names)


@lru_cache(maxsize=1)
def htmx_integrity() -> str:
    """What the CDN's file must be: the same as ours (Subresource Integrity)."""
    content = (STATIC / "vendor" / "htmx.min.js").read_bytes()
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def serve(name: str, wanted: str) -> Response:
    """A file. Under an older digest it is the file of now, not to be kept."""
    response = send_from_directory(STATIC, name, max_age=FOR_EVER)
    if wanted == digest():
        response.headers["Cache-Control"] = f"public, max-age={FOR_EVER}, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"
    return response
