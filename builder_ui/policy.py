"""What a page may load and run (Content Security Policy Level 3), and other protections."""

from __future__ import annotations

import secrets

from flask import Response, g

from builder_ui.assets import HTMX_ORIGIN


def nonce() -> str:
    """The nonce of this answer: scripts and styles without it do not run."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    made: str = g.nonce
    return made


def protect(response: Response, *, cdn: bool) -> Response:
    """Adds the headers. With `cdn`, htmx may come from its CDN."""
    elsewhere = f" {HTMX_ORIGIN}" if cdn else ""
    response.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; "
        f"script-src 'self' 'nonce-{nonce()}'{elsewhere}; "
        f"style-src 'self' 'nonce-{nonce()}'; "
        "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; manifest-src 'self'",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Cache-Control", "no-store")
    return response
