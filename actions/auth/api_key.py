"""`api-key`: a key as it is, in a header or a parameter of the query that the partner names."""

from __future__ import annotations

from actions.auth.contract import AuthKind, Configuration, adding
from actions.auth.fields import header, line, secret
from actions.exchange import Exchange
from core.spec import ActionContext


def _add(context: ActionContext, auth: Configuration, exchange: Exchange) -> Exchange:
    key = context.secret(auth["secret"])
    shown = context.conceal(key, auth["secret"])
    if "header" in auth:
        return exchange.with_header(auth["header"], key, shown)
    return exchange.with_parameter(auth["query"], key, shown)


def _headers(auth: Configuration) -> tuple[str, ...]:
    return (auth["header"],) if "header" in auth else ()


def _check(configuration: Configuration) -> list[tuple[str, str]]:
    auth = configuration["auth"]
    if "header" in auth and "query" in auth:
        return [("auth.query", "the key goes into the header; remove one of the two")]
    if "header" not in auth and "query" not in auth:
        return [("auth.header", "is missing; name the header or the query parameter for the key")]
    if auth.get("query") in configuration.get("query", {}):
        return [("auth.query", f"the step's query has {auth['query']} as well; remove it there")]
    return []


KIND = AuthKind(
    type="api-key",
    title="API key",
    properties={
        "header": header(
            "Header", "The header that carries the key; leave it out to use the query.", "X-Api-Key"
        ),
        "query": line(
            "Query parameter",
            "The parameter of the URL's query that carries the key, where there is no header. A "
            "header is better: URLs stand in the logs of every system on the way.",
            "api_key",
        ),
        "secret": secret("Secret", "The key to send.", "PARTNER_API_KEY"),
    },
    required=("secret",),
    send=adding(_add),
    headers=_headers,
    check=_check,
)
