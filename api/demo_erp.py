"""The demo partner's ERP: it takes orders from who shows an access token that it gave itself."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict

from flask import Blueprint, Response, abort, jsonify, request

CLIENT = "demo-erp-client"
CLIENT_SECRET = "demo-erp-secret"
LIFETIME = 120
"""Seconds for which a token is good."""
MOST_TOKENS = 100
"""Tokens that are good at a time; the oldest goes first."""


class GivenTokens:
    """The tokens that were given. Thread-safe, bounded, gone with the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: OrderedDict[str, float] = OrderedDict()

    def give(self) -> str:
        """A new one."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._until[token] = time.monotonic() + LIFETIME
            while len(self._until) > MOST_TOKENS:
                self._until.popitem(last=False)
        return token

    def is_good(self, token: str) -> bool:
        """Whether it was given, and not too long ago."""
        with self._lock:
            return self._until.get(token, 0.0) > time.monotonic()


def add_erp(partner: Blueprint) -> None:
    """Adds the ERP's endpoints."""
    tokens = GivenTokens()

    def give() -> Response:
        """The client credentials grant (RFC 6749, section 4.4)."""
        shown = request.authorization
        if shown is None or (shown.username, shown.password) != (CLIENT, CLIENT_SECRET):
            return _refused(401, "invalid_client", "the ERP knows no such client")
        if request.form.get("grant_type") != "client_credentials":
            return _refused(400, "unsupported_grant_type", "use client_credentials")
        return jsonify(
            {"access_token": tokens.give(), "token_type": "Bearer", "expires_in": LIFETIME}
        )

    def book() -> Response:
        shown = request.authorization
        if shown is None or not tokens.is_good(shown.token or ""):
            abort(401, "The access token is missing, unknown or too old.")
        body = request.get_json(force=True, silent=True)
        if not isinstance(body, dict):
            abort(400, "The body must be a JSON object.")
        return _answer(201, booking=f"erp-{body.get('order')}")

    partner.post("/erp/oauth/token")(give)
    partner.post("/erp/orders")(book)


def _refused(status: int, error: str, description: str) -> Response:
    return _answer(status, error=error, error_description=description)


def _answer(status: int, /, **members: str) -> Response:
    response = jsonify(members)
    response.status_code = status
    return response
