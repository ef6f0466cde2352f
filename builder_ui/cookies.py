"""The cookie of a session, and the token that proves a form to be of this session."""

from __future__ import annotations

import hashlib
import hmac

from flask import Response, request
from itsdangerous import BadSignature, Signer

COOKIE = "penstock_session"
COOKIE_SECONDS = 30 * 24 * 3600


class SessionCookie:
    """Signed, HttpOnly and SameSite. `secure` sends it over https alone."""

    def __init__(self, key: bytes, *, secure: bool) -> None:
        self._key = key
        self._secure = secure
        self._signer = Signer(key, salt="penstock session", digest_method=hashlib.sha256)

    def token(self) -> str | None:
        """The session token that the request presents, where its signature is ours."""
        cookie = request.cookies.get(COOKIE)
        if cookie is None:
            return None
        try:
            return self._signer.unsign(cookie).decode()
        except (BadSignature, UnicodeError):
            return None

    def remember(self, response: Response, token: str) -> None:
        """Gives the visitor the cookie of a session that has just begun."""
        response.set_cookie(
            COOKIE,
            self._signer.sign(token).decode(),
            max_age=COOKIE_SECONDS,
            secure=self._secure or request.is_secure,
            httponly=True,
            samesite="Lax",
        )

    def forget(self, response: Response) -> None:
        """Takes the cookie back."""
        response.delete_cookie(COOKIE, httponly=True, samesite="Lax")

    def csrf(self, session_id: str) -> str:
        """The token that the forms of a session carry."""
        return hmac.new(self._key, f"csrf {session_id}".encode(), hashlib.sha256).hexdigest()

    def proves(self, presented: str, session_id: str) -> bool:
        """Whether a form's token is that of the session."""
        return hmac.compare_digest(presented.encode(), self.csrf(session_id).encode())
