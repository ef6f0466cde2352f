"""`aws-sigv4`: a request that AWS, or what speaks its protocol, can tell the sender of.

Signed are the method, the URL, the body, and the headers Host, Content-Type and X-Amz-…. The URL
is sent in the one way of percent-encoding that the signature is about.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urlsplit, urlunsplit

from actions.auth.contract import AuthKind, Configuration, Field, adding
from actions.auth.fields import END, secret
from actions.encoding import ContentError
from actions.exchange import Exchange
from core.spec import ActionContext

_HEADERS = ("Authorization", "X-Amz-Date", "X-Amz-Content-SHA256", "X-Amz-Security-Token")
_UNRESERVED = "-_.~"


def normalized(url: str) -> str:
    """The URL with all that is not unreserved (RFC 3986, section 2.3) percent-encoded once.

    In a query `+` is a blank, as in a form. Raises ContentError for what cannot be read.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ContentError("url: cannot be read; write it like https://host/path") from None
    segments = (quote(unquote_to_bytes(one), safe=_UNRESERVED) for one in parts.path.split("/"))
    fields = parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
    query = urlencode(fields, quote_via=quote, safe=_UNRESERVED, errors="surrogateescape")
    return urlunsplit((parts.scheme, parts.netloc, "/".join(segments) or "/", query, ""))


def _add(context: ActionContext, auth: Configuration, exchange: Exchange) -> Exchange:
    from actions.auth.aws_signature import AwsSigner  # noqa: PLC0415  see there

    secret_key = context.secret(auth["secret"])
    if "session_token" in auth:
        exchange = _with_session(context, auth["session_token"], exchange)
    request = replace(exchange.request, url=normalized(exchange.request.url))
    signer = AwsSigner(auth["region"], auth["service"], auth["access_key"], secret_key)
    signed = signer.sign(request, context.clock.now())
    marker = context.conceal(signed.signature, auth["secret"])
    return (
        replace(exchange, request=request)
        .with_headers(signed.headers)
        .with_header("Authorization", signed.claim + signed.signature, signed.claim + marker)
    )


def _with_session(context: ActionContext, name: str, exchange: Exchange) -> Exchange:
    token = context.secret(name)
    return exchange.with_header("X-Amz-Security-Token", token, context.conceal(token, name))


def _name(title: str, description: str, *examples: str) -> Field:
    return {
        "title": title,
        "description": description,
        "type": "string",
        "pattern": "^[a-z0-9][a-z0-9-]{0,63}" + END,
        "x-expected": f"a name of AWS; write it like {examples[0]}",
        "examples": list(examples),
    }


KIND = AuthKind(
    type="aws-sigv4",
    title="AWS signature (version 4)",
    properties={
        "region": _name("Region", "The region of the service.", "eu-central-1", "us-east-1"),
        "service": _name(
            "Service", "The service as signatures name it.", "execute-api", "s3", "lambda"
        ),
        "access_key": {
            "title": "Access key",
            "description": "The id of the access key, as it is: it is no secret and is sent with "
            "every request.",
            "type": "string",
            "pattern": r"^[A-Za-z0-9._-]{1,128}" + END,
            "x-expected": "the id of an access key; write it like AKIAIOSFODNN7EXAMPLE",
            "examples": ["AKIAIOSFODNN7EXAMPLE"],
        },
        "secret": secret("Secret", "The secret access key.", "AWS_SECRET_ACCESS_KEY"),
        "session_token": secret(
            "Session token",
            "The token that belongs to an access key for a while.",
            "AWS_SESSION_TOKEN",
        ),
    },
    required=("region", "service", "access_key", "secret"),
    send=adding(_add),
    headers=lambda _auth: _HEADERS,
)
