"""One attempt of a sending step: params become a request, its masked twin and an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from actions import auth
from actions.encoding import ContentError, as_text, pairs, to_json
from actions.exchange import Exchange, readable_masks, with_query
from actions.media import FORM, JSON, TEXT, encode
from actions.replies import outcome_of
from actions.signing import signature_headers
from actions.summaries import address, one_line
from core.clock import Milliseconds
from core.duration import parse_duration
from core.errors import ExpressionError
from core.http import Headers, OutboundRequest
from core.outcomes import Defer, Fail, Outcome, Retry
from core.spec import ActionContext

USER_AGENT = "Penstock"
METHOD = "POST"
TIMEOUT = "15s"
CONNECT_TIMEOUT = "5s"
REDIRECTS = 0
MAX_RESPONSE = 1 << 20

_CONTENT_TYPES = {"json": JSON, "form": FORM, "text": TEXT}

milliseconds = lru_cache(maxsize=1024)(parse_duration)


def attempt(context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """Sends what the params say, once, and sorts what came back."""
    try:
        exchange = _exchange(context, params)
        result = auth.send(context, params.get("auth", auth.NONE), exchange)
    except (ContentError, ExpressionError) as error:
        return Fail(str(error))
    if isinstance(result, Retry | Fail | Defer):
        return result
    return outcome_of(result, exchange.shown.url, params.get("codes", {}), context.clock)


def longest(configuration: Mapping[str, Any]) -> Milliseconds:
    """The longest one attempt may take."""
    return milliseconds(configuration.get("timeout", TIMEOUT))


def summary(configuration: Mapping[str, Any]) -> str:
    """Such as `POST partner.example/partners/…/sync`."""
    method = configuration.get("method", METHOD)
    return one_line(
        f"{method if isinstance(method, str) else METHOD} {address(configuration.get('url'))}"
    )


def detached(configuration: Mapping[str, Any]) -> bool:
    """Whether the run goes on without waiting for the answer."""
    return configuration.get("wait", True) is False


def _exchange(context: ActionContext, params: Mapping[str, Any]) -> Exchange:
    """The request, signed where the step asks for it, and its twin."""
    request = _request(params, context.idempotency_key)
    exchange = Exchange(request, request if context.masked is params else _shown(context))
    if "sign" not in params:
        return exchange
    return exchange.with_headers(_signature(context, params, request.body or b""))


def _request(params: Mapping[str, Any], idempotency_key: str) -> OutboundRequest:
    own = tuple(pairs(params.get("headers", {})))
    content_type = _content_type(params, own)
    return OutboundRequest(
        method=params.get("method", METHOD),
        url=_url(params),
        headers=_headers(own, idempotency_key, content_type),
        body=_body(params, content_type),
        timeout=milliseconds(params.get("timeout", TIMEOUT)),
        connect_timeout=milliseconds(params.get("connect_timeout", CONNECT_TIMEOUT)),
        max_redirects=params.get("redirects", REDIRECTS),
        max_response=params.get("max_response", MAX_RESPONSE),
    )


def _shown(context: ActionContext) -> OutboundRequest:
    """The masked twin, its masks readable again where the URL or a form percent-encoded them."""
    request = _request(context.masked, context.idempotency_key)
    url = readable_masks(request.url)
    if request.body is None or b"%5Bsecret%3A" not in request.body:
        return replace(request, url=url)
    return replace(request, url=url, body=readable_masks(request.body.decode()).encode())


def _url(params: Mapping[str, Any]) -> str:
    url = as_text(params["url"])
    query = urlencode(list(pairs(params.get("query", {}))), quote_via=quote, safe="")
    return with_query(url, query)


def _content_type(params: Mapping[str, Any], own: Headers) -> str:
    """The step's own Content-Type, else that of its body's kind, else none (empty)."""
    for name, value in own:
        if name.lower() == "content-type":
            return value
    return _CONTENT_TYPES.get(params.get("body_type", "json"), "") if "body" in params else ""


def _headers(own: Headers, idempotency_key: str, content_type: str) -> Headers:
    """The step's own headers behind those every attempt carries unless the step sets them."""
    taken = {name.lower() for name, _ in own}
    defaults = (
        ("User-Agent", USER_AGENT),
        ("Idempotency-Key", idempotency_key),
        ("Content-Type", content_type),
    )
    kept = (item for item in defaults if item[1] and item[0].lower() not in taken)
    return (*kept, *own)


def _body(params: Mapping[str, Any], content_type: str) -> bytes | None:
    if "body" not in params:
        return None
    match params.get("body_type", "json"):
        case "form":
            return _form(params["body"])
        case "text":
            return encode(as_text(params["body"]), content_type)
        case "none":
            return None
        case _:
            return to_json(params["body"])


def _form(body: object) -> bytes:
    """The fields as `application/x-www-form-urlencoded` (WHATWG URL, section 5.2)."""
    if not isinstance(body, Mapping):
        raise ContentError('body: a form needs an object of fields, such as {"name": "Ada"}')
    return urlencode(list(pairs(body))).encode()


def _signature(context: ActionContext, params: Mapping[str, Any], body: bytes) -> Headers:
    name = params["sign"]["secret"]
    secret = context.secret(name)
    headers = signature_headers(secret, context.idempotency_key, context.clock.now(), body)
    context.conceal(headers[-1][1].removeprefix("v1,"), name)
    return headers
