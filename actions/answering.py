"""The answer a step gives to the caller of its run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from actions.encoding import ContentError, as_text, pairs, to_json
from actions.headers import cookie_fault, value_fault
from actions.media import JSON, TEXT, encode, is_json
from core.http import Headers
from core.outcomes import Answer

STATUS = 200
REDIRECT_STATUS = 302
REDIRECT_STATUSES = (301, 302, 303, 307, 308)
REDIRECT_LIST = ", ".join(map(str, REDIRECT_STATUSES))
BODILESS_STATUSES = (204, 205, 304)

_URL_CHARACTERS = "%/:?#[]@!$&'()*+,;=-._~"


def answer_of(params: Mapping[str, Any]) -> Answer:
    """The answer that resolved params describe. Raises ContentError when it cannot be sent."""
    return _redirect(params) if "redirect" in params else _answer(params)


def _redirect(params: Mapping[str, Any]) -> Answer:
    status = _status(params, REDIRECT_STATUS)
    if status not in REDIRECT_STATUSES:
        raise ContentError(f"status: {status} does not redirect; use one of {REDIRECT_LIST}")
    target = as_text(params["redirect"])
    if not target:
        raise ContentError("redirect: the URL is empty")
    if any(character < " " or character == "\x7f" for character in target):
        raise ContentError("redirect: the URL has a line break or another control character")
    location = ("Location", quote(target, safe=_URL_CHARACTERS))
    return Answer(status, (*_headers(params), location), b"")


def _answer(params: Mapping[str, Any]) -> Answer:
    status = _status(params, STATUS)
    headers = _headers(params)
    if "body" not in params:
        return Answer(status, headers, b"")
    if status in BODILESS_STATUSES:
        raise ContentError(f"body: an answer with status {status} has none; remove it")
    own = next((value for name, value in headers if name.lower() == "content-type"), None)
    content_type = own or (TEXT if isinstance(params["body"], str) else JSON)
    body = _body(params["body"], content_type)
    return Answer(status, headers if own else (("Content-Type", content_type), *headers), body)


def _body(value: object, content_type: str) -> bytes:
    return to_json(value) if is_json(content_type) else encode(as_text(value), content_type)


def _status(params: Mapping[str, Any], default: int) -> int:
    value = params.get("status", default)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
        value = int(value)
    if not isinstance(value, int) or not 200 <= value <= 599:
        raise ContentError(f"status: {value!r} is not a status code between 200 and 599")
    return value


def _headers(params: Mapping[str, Any]) -> Headers:
    headers = tuple(pairs(params.get("headers", {})))
    fault = value_fault(headers) or cookie_fault(headers)
    if fault is not None:
        raise ContentError(fault)
    return headers
