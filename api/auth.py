"""Who calls, and what the key allows."""

from __future__ import annotations

from api.problems import Refused
from core.model import ApiKey
from engine.keys import Keyring, allows
from engine.replies import Problem

REALM = 'Bearer realm="penstock"'
_HOW = "Send a key of your tenant as `Authorization: Bearer <key>`."


def authenticate(keyring: Keyring, authorization: str | None, scope: str) -> ApiKey:
    """The key an `Authorization` header presents (RFC 6750).

    Raises Refused with 401 when there is none that counts, with 403 when it lacks the scope.
    """
    if not authorization:
        raise _unknown("There is no key in this call.", REALM)
    kind, _, presented = authorization.partition(" ")
    if kind.lower() != "bearer" or not presented.strip():
        raise _unknown("The Authorization header is not of the form Bearer.", REALM)
    key = keyring.identify(presented.strip())
    if key is None:
        raise _unknown("The key is not known here.", f'{REALM}, error="invalid_token"')
    if not allows(key, scope):
        raise _lacking(key, scope)
    return key


def _unknown(what: str, challenge: str) -> Refused:
    headers = (("WWW-Authenticate", challenge),)
    return Refused(Problem(401, "Unauthorized", f"{what} {_HOW}", headers=headers))


def _lacking(key: ApiKey, scope: str) -> Refused:
    detail = f"This needs a key with the scope {scope}; this one has {', '.join(key.scopes)}."
    challenge = f'{REALM}, error="insufficient_scope", scope="{scope}"'
    return Refused(Problem(403, "Forbidden", detail, headers=(("WWW-Authenticate", challenge),)))
