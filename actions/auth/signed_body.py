"""`hmac`: an HMAC-SHA256 (RFC 2104) over what is sent, as the trigger's `hmac` verifies it.

With a timestamp header the signed content is `<timestamp>.<body>`, the timestamp in whole seconds
since 1970; a receiver can then refuse what somebody copied and sends again.
"""

from __future__ import annotations

import hmac
from base64 import b64encode

from actions.auth.contract import AuthKind, Configuration, adding
from actions.auth.fields import header, secret
from actions.exchange import Exchange
from core.spec import ActionContext


def _add(context: ActionContext, auth: Configuration, exchange: Exchange) -> Exchange:
    name, prefix = auth["secret"], auth.get("prefix", "")
    content = exchange.request.body or b""
    if "timestamp_header" in auth:
        timestamp = str(context.clock.now() // 1000)
        exchange = exchange.with_headers(((auth["timestamp_header"], timestamp),))
        content = b"%b.%b" % (timestamp.encode(), content)
    digest = hmac.digest(context.secret(name).encode(), content, "sha256")
    is_hex = auth.get("encoding", "hex") == "hex"
    signature = digest.hex() if is_hex else b64encode(digest).decode()
    shown = context.conceal(signature, name)
    return exchange.with_header(auth["header"], f"{prefix}{signature}", f"{prefix}{shown}")


def _headers(auth: Configuration) -> tuple[str, ...]:
    return tuple(auth[name] for name in ("header", "timestamp_header") if name in auth)


def _check(configuration: Configuration) -> list[tuple[str, str]]:
    names = [name.lower() for name in _headers(configuration["auth"])]
    if len(set(names)) == len(names):
        return []
    return [("auth.timestamp_header", "is the header of the signature; name another")]


KIND = AuthKind(
    type="hmac",
    title="Signed body (HMAC-SHA256)",
    properties={
        "header": header("Signature header", "The header for the signature.", "X-Signature"),
        "secret": secret(
            "Secret", "The key of the HMAC-SHA256 over the body.", "PARTNER_SIGNING_KEY"
        ),
        "prefix": {
            "title": "Prefix",
            "description": "What stands before the signature in its header.",
            "type": "string",
            "maxLength": 64,
            "default": "",
            "examples": ["sha256="],
        },
        "encoding": {
            "title": "Encoding",
            "description": "How the signature is written.",
            "type": "string",
            "enum": ["hex", "base64"],
            "default": "hex",
            "examples": ["base64"],
        },
        "timestamp_header": header(
            "Timestamp header",
            "A header for the moment of sending in seconds since 1970. When it is named, the "
            "signed content is `<timestamp>.<body>`.",
            "X-Timestamp",
        ),
    },
    required=("header", "secret"),
    send=adding(_add),
    headers=_headers,
    check=_check,
)
